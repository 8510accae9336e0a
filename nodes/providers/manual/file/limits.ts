const MB = 1_048_576;

/** The upload form is open to people who may not know what is in their file. */
export const MAX_FILE_BYTES = 20 * MB;
export const MAX_ROWS = 100_000;
/** As many as an Excel sheet has. Empty lines take time too. */
export const MAX_LINES = 1_048_576;
/** As many as an Excel sheet has. */
export const MAX_COLUMNS = 16_384;
/** Unpacked size of a workbook's parts: a file of 20 MB can unpack to a thousand times its size. */
export const MAX_UNPACKED_BYTES = 200 * MB;
/** Total length of all shared strings, in characters. */
export const MAX_SHARED_TEXT = 32 * MB;
/**
 * Total length of the texts of all rows, in characters. A workbook keeps a text once, however many cells have it: a
 * small file could otherwise give more than fits into memory.
 */
export const MAX_ROW_TEXT = 64 * MB;
/** Excel's limit for a cell, in characters. */
export const MAX_CELL_TEXT = 32_767;
/** A longer line is more likely due to a quotation mark that is not closed. */
export const MAX_LINE_TEXT = MB;
/** Non-empty rows allowed above the header. */
export const MAX_ROWS_ABOVE_HEADER = 20;
/** Guards only against hanging: a file at the limits takes about 10 s. */
export const MAX_READ_MS = 120_000;
/** The reader's heap. A file that needs more is rejected instead of using up n8n's memory. */
export const MAX_HEAP_MB = 256;
