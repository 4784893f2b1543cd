/** What WeChat waits for: whether the person agreed to the privacy terms, and by which button. */
export type Verdict =
  | { readonly event: 'exposureAuthorization' | 'disagree' }
  | { readonly event: 'agree'; readonly buttonId: string };

/** Tells WeChat. */
export type Resolve = (verdict: Verdict) => void;

/** Calls that WeChat holds back until somebody has agreed. */
export class Held {
  private waiting: Resolve[] = [];

  /** A call is held; true when it is the first, so that somebody has to be asked. */
  hold(resolve: Resolve): boolean {
    this.waiting.push(resolve);
    return this.waiting.length === 1;
  }

  /** The terms are on the screen. */
  shown(): void {
    this.waiting.forEach((resolve) => {
      resolve({ event: 'exposureAuthorization' });
    });
  }

  /** The person agreed by the button with this id. */
  agree(buttonId: string): void {
    this.settle({ event: 'agree', buttonId });
  }

  /** The person did not agree, or went away. */
  disagree(): void {
    this.settle({ event: 'disagree' });
  }

  private settle(verdict: Verdict): void {
    const waiting = this.waiting;
    this.waiting = [];
    waiting.forEach((resolve) => {
      resolve(verdict);
    });
  }
}

/** The one list of this mini program. */
export const held = new Held();
