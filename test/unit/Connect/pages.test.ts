import { describe, expect, it } from '@jest/globals';

import { BACKGROUNDS, buildPalette, computeContrast } from '../../../nodes/Connect/pages/colours';
import { html } from '../../../nodes/Connect/pages/html';
import { buildPage } from '../../../nodes/Connect/pages/layout';
import { parseOperator } from '../../../nodes/Connect/pages/operator';
import { OPERATOR, samplePages } from '../../support/connect/page-samples';

const HOSTILE = `<script>alert(1)</script>"'\`><img src=x onerror=alert(1)>&amp;\u202e\u0000`;

describe('escaping', () => {
	it('escapes text, lists and attributes, and leaves its own HTML as it is', () => {
		expect(html`<p title="${'"'}">${['<', html`<b>${'&'}</b>`]}${false}${undefined}${7}</p>`.text).toBe(
			'<p title="&#34;">&#60;<b>&#38;</b>7</p>',
		);
	});

	const hostile = { ...OPERATOR, name: HOSTILE, purpose: HOSTILE };
	it.each(Object.entries(samplePages(hostile, HOSTILE)))('holds on the page %s', (_name, content) => {
		const { html: page } = buildPage(hostile, content);
		for (const part of ['<script', '<img', '\u202e', '\0']) expect(page).not.toContain(part);
		expect(page).toContain('&#60;script&#62;');
	});
});

describe('every page', () => {
	it.each(Object.entries(samplePages(OPERATOR)))(
		'%s has what a screen reader needs, and a way on',
		(_name, content) => {
			const { html: page, nonce } = buildPage(OPERATOR, content);
			expect(page).toMatch(/^<!doctype html>\s*<html lang="en">/);
			for (const part of [
				'<header>',
				'<main>',
				'<footer>',
				'<title>',
				'name="viewport"',
				`<style nonce="${nonce}">`,
			])
				expect(page.split(part)).toHaveLength(2);
			expect(page.match(/<h1>/g)).toHaveLength(1);
			expect(page).toContain('help@example.com');
			expect(page).not.toMatch(/ style=| on\w+=|javascript:|undefined|\[object/);
		},
	);

	it('has another nonce each time', () => {
		const [content] = Object.values(samplePages(OPERATOR));
		expect(buildPage(OPERATOR, content!).nonce).not.toBe(buildPage(OPERATOR, content!).nonce);
	});
});

describe('the colour of the operator', () => {
	it.each(['#ffffff', '#000000', '#ff0', '#1f5fbf', '#7f7f7f', '#ffb3ba', '#00ff00', '#16181d'])(
		'%s can be read on both backgrounds',
		(colour) => {
			const { button, buttonText, light, dark } = buildPalette(colour);
			for (const [one, other] of [
				[button, buttonText],
				[light, BACKGROUNDS.light],
				[dark, BACKGROUNDS.dark],
			] as const)
				expect(computeContrast(one, other)).toBeGreaterThanOrEqual(4.5);
		},
	);
});

describe('values that the operator enters', () => {
	const fields = { name: 'Harbour', logoUrl: '', colour: '#123456', support: '', purpose: '' };

	it.each([
		[{ name: '' }, 'Operator Name'],
		[{ name: 'x'.repeat(81) }, 'Operator Name'],
		[{ logoUrl: 'http://example.com/logo.png' }, 'Logo URL'],
		[{ logoUrl: 'javascript:alert(1)' }, 'Logo URL'],
		[{ logoUrl: 'data:image/png;base64,x' }, 'Logo URL'],
		[{ colour: 'red' }, 'Colour'],
		[{ colour: '#12345' }, 'Colour'],
		[{ colour: '#123;}' }, 'Colour'],
		[{ support: 'javascript:alert(1)' }, 'Support Address'],
		[{ support: 'http://example.com' }, 'Support Address'],
		[{ support: 'a@b c' }, 'Support Address'],
		[{ purpose: 'x'.repeat(501) }, 'Purpose'],
	])('%j names the field %s', (change, field) => {
		expect(() => parseOperator({ ...fields, ...change })).toThrow(new RegExp(`^${field} `));
	});

	it('is taken with mail or page as the support address', () => {
		expect(parseOperator({ ...fields, support: 'help@example.com' }).support?.href).toBe(
			'mailto:help@example.com',
		);
		expect(parseOperator({ ...fields, support: 'https://example.com/help' }).support?.href).toBe(
			'https://example.com/help',
		);
	});
});
