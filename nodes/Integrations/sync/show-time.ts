/** An ISO instant in UTC as people read it, to the minute. */
export const showTime = (instant: string): string => `${instant.slice(0, 16).replace('T', ' ')} UTC`;
