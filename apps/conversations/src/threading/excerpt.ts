const LENGTH = 300;

/** The beginning of a text in one line, for lists; at most 300 characters. */
export const excerptOf = (text: string): string =>
  text
    .slice(0, LENGTH * 2)
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, LENGTH);
