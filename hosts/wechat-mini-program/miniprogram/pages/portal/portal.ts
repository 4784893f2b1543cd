import { config } from '../../config';
import { dress, freshProgramme, world } from '../../host';
import { HOME, enterAddress, portalPath } from '../../lib/address';
import { way } from '../../lib/answer';
import type { Failure, Way } from '../../lib/answer';
import { enter } from '../../lib/entering';
import type { Phone } from '../../lib/entering';
import { mistakes } from '../../lib/settings';
import { messageOf, newest, timelineOf } from '../../lib/share';
import type { Card, Message, Timeline } from '../../lib/share';
import { WORDS, againIn, failureWords } from '../../lib/words';
import { agreementNeeded, allowSharing, inMoments, keep, kept, open, openContract } from '../../wechat';

type Screen = 'wait' | 'moments' | 'setup' | 'agree' | 'phone' | 'failed' | 'open';

/** Where it is kept that somebody agreed, on versions of WeChat that don't keep it themselves. */
const AGREED = 'agreed';
/** How long a share waits for the portal's message, which may come after the question; WeChat itself waits three seconds. */
const MESSAGE_WAIT = 300;
const READ = '/pages/agreement/agreement?show=';

Component({
  options: { pureDataPattern: /^_/ },
  data: {
    screen: 'wait' as Screen,
    w: WORDS['zh-CN'],
    look: '',
    src: '',
    head: '',
    text: '',
    detail: '',
    action: '',
    off: false,
    hint: '',
    terms: false,
    accepted: false,
    /** Whether WeChat itself has to hear that the person agreed. */
    asks: false,
    _name: '',
    _to: HOME,
    _card: null as Card | null,
    _termsVersion: '',
    _way: 'again' as Way,
    _tries: 0,
    /** Counts what was begun, so that what is overtaken changes nothing. */
    _turn: 0,
    /** When the button works again, in milliseconds. */
    _until: 0,
  },
  lifetimes: {
    detached() {
      this.turn();
    },
  },
  methods: {
    onLoad(query: Record<string, string | undefined>) {
      const { w, look, name } = dress();
      this.setData({ w, look, _name: name, _to: portalPath(query['to']) ?? HOME });
      allowSharing();
      const wrong = mistakes(config);
      if (inMoments()) {
        this.setData({ screen: 'moments' });
      } else if (wrong.length > 0) {
        this.setData({ screen: 'setup', detail: wrong.join('\n') });
      } else {
        void this.begin();
        void freshProgramme().then((fresh) => {
          if (fresh.ok) {
            const { look: worn, name: called } = dress();
            this.setData({ look: worn, _name: called });
          }
        });
      }
    },

    /** Whatever is under way belongs to the past from here on. */
    turn(): number {
      const turn = this.data._turn + 1;
      this.setData({ _turn: turn });
      return turn;
    },

    /** From the start: privacy, then signing in. */
    async begin() {
      const turn = this.turn();
      this.setData({ screen: 'wait' });
      const needed = await agreementNeeded();
      if (turn !== this.data._turn) {
        return;
      }
      if (needed ?? kept(AGREED) !== true) {
        this.setData({ screen: 'agree', asks: needed !== null });
        return;
      }
      await this.signIn(null);
    },

    async signIn(phone: Phone | null) {
      const turn = this.turn();
      this.setData({ screen: 'wait', hint: '' });
      const entry = await enter(world(), phone);
      if (turn !== this.data._turn) {
        return;
      }
      if (entry.kind === 'ticket') {
        this.show(enterAddress(config.portal, entry.ticket, this.data._to));
      } else if (entry.kind === 'phone-required') {
        await this.askPhone(turn);
      } else {
        this.fail(entry.failure);
      }
    },

    /** The terms are fetched now: the version that is accepted has to be the one that holds. */
    async askPhone(turn: number) {
      const fresh = await freshProgramme();
      if (turn !== this.data._turn) {
        return;
      }
      if (!fresh.ok) {
        this.fail(fresh.failure);
        return;
      }
      const { termsVersion, terms } = fresh.programme;
      this.setData({ screen: 'phone', accepted: false, hint: '', terms: terms !== '', _termsVersion: termsVersion });
    },

    show(src: string) {
      this.setData({ screen: 'open', src, _tries: 0 });
    },

    fail(failure: Failure) {
      const turn = this.turn();
      const { w, _tries: tries } = this.data;
      const { title: head, text } = failureWords(w, failure.why);
      const on = way(failure, tries + 1);
      this.setData({
        screen: 'failed',
        // An address with a ticket is good once; nothing may load it again.
        src: '',
        head,
        text,
        _tries: tries + 1,
        _way: on,
        _until: Date.now() + (on === 'again' ? failure.wait * 1000 : 0),
      });
      this.count(turn);
    },

    /** Says how long there is to wait, and sets the button free; it never presses it. */
    count(turn: number) {
      const { w, _turn: now, _way: on, _until: until } = this.data;
      if (turn !== now) {
        return;
      }
      const seconds = Math.ceil((until - Date.now()) / 1000);
      if (seconds > 0) {
        this.setData({ off: true, action: againIn(w, seconds) });
        setTimeout(() => {
          this.count(turn);
        }, 1000);
      } else {
        this.setData({ off: false, action: on === 'again' ? w.again : w.signedOut });
      }
    },

    goOn() {
      if (this.data.screen !== 'failed' || this.data.off) {
        return;
      }
      if (this.data._way === 'again') {
        void this.begin();
      } else {
        this.notNow();
      }
    },

    agreed() {
      if (this.data.screen === 'agree') {
        keep(AGREED, true);
        void this.signIn(null);
      }
    },

    /** The portal is there for whoever isn't signed in. */
    notNow() {
      this.turn();
      this.show(config.portal + this.data._to);
    },

    ticked(event: WechatMiniprogram.CheckboxGroupChange) {
      const accepted = event.detail.value.includes('terms');
      this.setData({ accepted, hint: '' });
    },

    tickFirst() {
      this.setData({ hint: this.data.w.phoneTick });
    },

    phoneTold(event: WechatMiniprogram.ButtonGetPhoneNumber) {
      const { screen, accepted, w, _termsVersion: termsVersion } = this.data;
      if (screen !== 'phone' || !accepted) {
        return;
      }
      const { code, errMsg } = event.detail as { code?: string; errMsg?: string };
      if (code !== undefined && code !== '') {
        void this.signIn({ code, termsVersion });
      } else {
        // Whoever says no to WeChat's own question knows what they did.
        this.setData({ hint: /deny|cancel/i.test(errMsg ?? '') ? '' : w.phoneNone });
      }
    },

    readTerms() {
      open(`${READ}terms`);
    },

    async readContract() {
      if (!(await openContract())) {
        open(`${READ}privacy`);
      }
    },

    heard(event: { readonly detail: { readonly data?: unknown } }) {
      this.setData({ _card: newest(event.detail.data, this.data._card) });
    },

    broke() {
      if (this.data.screen === 'open') {
        this.fail({ why: 'page', wait: 0 });
      }
    },

    onShareAppMessage(): Message & { promise: Promise<Message> } {
      const message = (): Message => messageOf(this.data._card, this.data._name, config.cardImage);
      const promise = new Promise<Message>((resolve) => {
        setTimeout(() => {
          resolve(message());
        }, MESSAGE_WAIT);
      });
      return { ...message(), promise };
    },

    onShareTimeline(): Timeline {
      return timelineOf(this.data._card, this.data._name, config.cardImage);
    },
  },
});
