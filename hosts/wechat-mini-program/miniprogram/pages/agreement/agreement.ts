import { dress, knownProgramme } from '../../host';
import { held } from '../../lib/privacy';
import { WORDS } from '../../lib/words';
import { back, openContract, title } from '../../wechat';

/** The id of the button that agrees, by which WeChat knows that somebody pressed it. */
const AGREE = 'agree';

/** `show=terms` and `show=privacy` show a document of the programme's; `show=held` asks for what WeChat waits for. */
Component({
  data: {
    w: WORDS['zh-CN'],
    look: '',
    src: '',
    held: false,
  },
  lifetimes: {
    detached() {
      if (this.data.held) {
        held.disagree();
      }
    },
  },
  methods: {
    onLoad(query: Record<string, string | undefined>) {
      const { w, look } = dress();
      const programme = knownProgramme();
      const show = query['show'];
      const document = show === 'terms' ? programme?.terms : show === 'privacy' ? programme?.privacy : '';
      this.setData({ w, look, src: document ?? '', held: show === 'held' });
      title(show === 'terms' ? w.phoneTerms : w.phonePrivacy);
      if (this.data.held) {
        held.shown();
      }
    },

    readContract() {
      void openContract();
    },

    agreed() {
      held.agree(AGREE);
      back();
    },

    goBack() {
      back();
    },
  },
});
