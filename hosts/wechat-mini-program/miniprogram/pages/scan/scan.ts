import { dress, world } from '../../host';
import { handoffId } from '../../lib/address';
import { deliver } from '../../lib/handoff';
import type { Scan } from '../../lib/handoff';
import { WORDS, failureWords } from '../../lib/words';
import { backToPortal, scan, title } from '../../wechat';

type Screen = 'scan' | 'send' | 'kept' | 'late' | 'bad';

Component({
  options: { pureDataPattern: /^_/ },
  data: {
    screen: 'scan' as Screen,
    w: WORDS['zh-CN'],
    look: '',
    detail: '',
    _id: '',
    _scan: { kind: 'failed' } as Scan,
    /** Whether an attempt got no answer, and so may have arrived. */
    _unsure: false,
    _left: false,
  },
  lifetimes: {
    detached() {
      this.setData({ _left: true });
    },
  },
  methods: {
    onLoad(query: Record<string, string | undefined>) {
      const { w, look } = dress();
      this.setData({ w, look });
      title(w.scanTitle);
      const id = handoffId(query['handoff']);
      if (id === null) {
        this.setData({ screen: 'bad' });
        return;
      }
      this.setData({ _id: id });
      void scan().then((result) => {
        this.setData({ _scan: result });
        return this.hand();
      });
    },

    async hand() {
      const { _id: id, _scan: result, _unsure: unsure } = this.data;
      this.setData({ screen: 'send' });
      const delivery = await deliver(world(), id, result, unsure);
      if (this.data._left) {
        return;
      }
      if (delivery.kind === 'late') {
        this.setData({ screen: 'late' });
      } else if (delivery.kind === 'delivered' || result.kind !== 'done') {
        // That nothing was scanned is not worth a screen: the portal stops waiting by itself.
        backToPortal();
      } else {
        const { why } = delivery.failure;
        this.setData({
          screen: 'kept',
          detail: failureWords(this.data.w, why).title,
          _unsure: unsure || !['offline', 'domain', 'busy'].includes(why),
        });
      }
    },

    sendAgain() {
      if (this.data.screen === 'kept') {
        void this.hand();
      }
    },

    goBack() {
      backToPortal();
    },
  },
});
