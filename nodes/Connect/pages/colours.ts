/** A colour as red, green and blue, each 0 to 255. */
type Rgb = readonly [number, number, number];

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];

/** Backgrounds of the pages; the contrast of the operator's colour is computed against them. */
export const BACKGROUNDS = { light: '#ffffff', dark: '#16181d' } as const;

/** WCAG 2, level AA, for text. */
const MIN_CONTRAST = 4.5;

/** The colours of the operator, as they can be read on each background. */
export interface Palette {
	/** Buttons, and the text on them. */
	button: string;
	buttonText: string;
	/** Links and focus outlines on the light background. */
	light: string;
	/** The same on the dark one. */
	dark: string;
}

/** @param colour `#rgb` or `#rrggbb` */
export function buildPalette(colour: string): Palette {
	const button = parseColour(colour);
	return {
		button: format(button),
		buttonText: contrast(button, WHITE) >= contrast(button, BLACK) ? '#ffffff' : '#000000',
		light: format(makeReadable(button, parseColour(BACKGROUNDS.light), BLACK)),
		dark: format(makeReadable(button, parseColour(BACKGROUNDS.dark), WHITE)),
	};
}

export const isColour = (text: string): boolean => /^#(?:[\da-f]{3}|[\da-f]{6})$/i.test(text);

/** The contrast of two colours, 1 to 21, as WCAG defines it. */
export const computeContrast = (one: string, other: string): number =>
	contrast(parseColour(one), parseColour(other));

/** The colour, moved towards black or white as far as it must be to be read. */
function makeReadable(colour: Rgb, background: Rgb, towards: Rgb): Rgb {
	for (let share = 0; share < 1; share += 0.05) {
		const mixed = mix(colour, towards, share);
		if (contrast(mixed, background) >= MIN_CONTRAST) return mixed;
	}
	return towards;
}

const mix = (one: Rgb, other: Rgb, share: number): Rgb =>
	one.map((part, index) => Math.round(part + (other[index]! - part) * share)) as unknown as Rgb;

function contrast(one: Rgb, other: Rgb): number {
	const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
	return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: Rgb): number {
	const [red, green, blue] = colour.map((part) => {
		const share = part / 255;
		return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	}) as [number, number, number];
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function parseColour(colour: string): Rgb {
	const digits = colour.slice(1);
	const long = digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits;
	return [0, 2, 4].map((at) => parseInt(long.slice(at, at + 2), 16)) as unknown as Rgb;
}

const format = (colour: Rgb): string =>
	`#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
