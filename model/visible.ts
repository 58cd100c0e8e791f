const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g;

/** A text on one line that cannot command a terminal: control characters as escapes, tabs as they are. */
export function visible(text: string): string {
  return text.replace(CONTROL, (character) => {
    if (character === '\n') return '\\n';
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
