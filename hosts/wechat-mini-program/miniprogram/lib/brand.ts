/** The paper of each theme; app.wxss has the same. */
export const PAPER = { light: '#F7F7F5', dark: '#161817' } as const;
/** The text of each theme; app.wxss has the same. */
export const INK = { light: '#1D2320', dark: '#ECEEEC' } as const;
/** The colour of a button when no brand is known. */
export const PLAIN = '#2F6154';
/** AA for what must be seen but isn't text (WCAG 1.4.11). */
const SEEN = 3;

type Colour = readonly [number, number, number];

/** A button's colours in one theme. */
export interface Button {
  readonly fill: string;
  readonly text: string;
  readonly edge: string;
}

function parse(colour: string): Colour {
  const part = (at: number): number => parseInt(colour.slice(at, at + 2), 16);
  return [part(1), part(3), part(5)];
}

function hex(colour: Colour): string {
  return '#' + colour.map((part) => Math.round(part).toString(16).padStart(2, '0').toUpperCase()).join('');
}

function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The contrast of two colours `#RRGGBB`, from 1 to 21 (WCAG 2). */
export function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(parse(one)), luminance(parse(other))].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/**
 * A button in the brand's colour. Of black and white one reads at 4.58 on any colour; where the brand
 * can't be told from the paper, the button has an edge that can.
 */
export function button(primary: string, theme: 'light' | 'dark'): Button {
  const fill = /^#[0-9a-f]{6}$/i.test(primary) ? primary.toUpperCase() : PLAIN;
  const text = contrast(fill, '#FFFFFF') >= contrast(fill, '#000000') ? '#FFFFFF' : '#000000';
  const [from, to] = [parse(fill), parse(INK[theme])];
  let edge = fill;
  for (let step = 1; step <= 10 && contrast(edge, PAPER[theme]) < SEEN; step += 1) {
    const mix = (at: 0 | 1 | 2): number => from[at] + ((to[at] - from[at]) * step) / 10;
    edge = hex([mix(0), mix(1), mix(2)]);
  }
  return { fill, text, edge };
}

/** How much larger than usual text may get. */
const LARGEST = 2;

/** The style of a page: its text size, in pixels, and the brand in both themes; app.wxss picks one. */
export function look(primary: string, scale: number): string {
  const size = Number.isFinite(scale) ? Math.min(Math.max(scale, 1), LARGEST) : 1;
  const properties = (['light', 'dark'] as const).map((theme) => {
    const { fill, text, edge } = button(primary, theme);
    return `--${theme}-fill:${fill};--${theme}-text:${text};--${theme}-edge:${edge}`;
  });
  return `font-size:${String(Math.round(170 * size) / 10)}px;${properties.join(';')}`;
}
