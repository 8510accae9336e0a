const MB = 1_048_576;

/** What a file may be at most. The form is open to people who do not know what their spreadsheet program wrote. */
export const MAX_FILE_BYTES = 20 * MB;
export const MAX_ROWS = 100_000;
/** As many as a sheet of Excel has; also empty ones take time. */
export const MAX_LINES = 1_048_576;
/** Of a workbook's parts, unpacked: a file of 20 MB can hold a thousand times that. */
export const MAX_UNPACKED_BYTES = 200 * MB;
/** Of all shared strings together, in characters. */
export const MAX_SHARED_TEXT = 32 * MB;
/** What a cell of Excel can hold. */
export const MAX_CELL_TEXT = 32_767;
/** A longer line of text is more likely a quotation mark that was never closed. */
export const MAX_LINE_TEXT = MB;
/** How many filled rows may come before the header. */
export const MAX_ROWS_ABOVE_HEADER = 20;
/** Against hanging only; a file at its limits takes some 10 s. */
export const MAX_READ_MS = 120_000;
/** The worker's heap. What is larger than that is refused instead of taken from n8n. */
export const MAX_HEAP_MB = 256;
