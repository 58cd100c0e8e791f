/** Escape sequences of colours: they take no room. */
const ESCAPES = /\u001b\[[0-9;]*m/g;

const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/** Columns a text takes on a terminal. Wide characters count two; marks that combine with the one before none. */
export function widthOf(text: string): number {
  const plain = text.replace(ESCAPES, '');
  if (/^[\u0020-\u007e]*$/.test(plain)) return plain.length;
  let width = 0;
  for (const character of plain) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  if (/\p{Mark}|\p{Cf}|\p{Cc}/u.test(character)) return 0;
  return WIDE.test(character) || /\p{Emoji_Presentation}/u.test(character) ? 2 : 1;
}

/** Blocks of scripts whose characters are two columns wide. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

/** Cut to a width, with an ellipsis; escape sequences are kept and closed. */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width <= 0) return '';
  let room = width - 1;
  let cut = '';
  for (const part of text.split(/(\u001b\[[0-9;]*m)/)) {
    if (part.startsWith('\u001b')) {
      cut += part;
      continue;
    }
    for (const character of part) {
      const taken = characterWidth(character);
      if (taken > room) {
        room = 0;
        break;
      }
      room -= taken;
      cut += character;
    }
    if (room === 0) break;
  }
  return `${cut}…${cut.includes('\u001b') ? '\u001b[0m' : ''}`;
}

/** What others wrote, on one line and without control characters: it must not move the cursor or hide anything. */
export function harmless(text: string): string {
  return text.replace(ESCAPES, '').replace(CONTROLS, ' ');
}

/** The same for logs: tabs and colours stay. */
export function printable(text: string): string {
  return text.replace(/(\u001b\[[0-9;]*m|\t)|[\u0000-\u001f\u007f-\u009f]/g, (_all, kept?: string) => kept ?? ' ');
}

/** `3 units`, `1 unit`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `80 ms`, `2.4 s`, `1 min 5 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 950) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
