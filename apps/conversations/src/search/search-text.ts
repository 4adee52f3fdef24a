/** Characters. More of a message than this is not searched. */
const MAX_TEXT = 8_000;
const MAX_REST = 2_000;

interface Searched {
  subject: string | null;
  /** The visible part, without what it quotes. */
  text: string;
  /** Names and addresses. */
  people: (string | null | undefined)[];
  files: string[];
}

/** What tickets may find a public message by. Nothing that agents write for each other ever gets in here. */
export function searchTextOf({ subject, text, people, files }: Searched): string {
  const names = [...new Set(people.filter(Boolean))].join(', ');
  const parts = [subject ?? '', cut(text, MAX_TEXT), cut(files.join(', '), MAX_REST), cut(names, MAX_REST)];
  return parts
    .map((part) => part.trim())
    .join('\n')
    .trim();
}

/** Never in the middle of a character. */
const cut = (text: string, length: number) => text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
