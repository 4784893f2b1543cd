import { dress, world } from '../../host';
import { identifier } from '../../lib/address';
import { pay } from '../../lib/payment';
import type { Payment } from '../../lib/payment';
import { WORDS, failureWords } from '../../lib/words';
import { backToPortal, openPayment, title } from '../../wechat';

Component({
  data: {
    busy: true,
    w: WORDS['zh-CN'],
    look: '',
    head: '',
    text: '',
    detail: '',
  },
  methods: {
    /** `url`, where a browser would pay, is of no use here: the order comes from the backend, for a redemption. */
    onLoad(query: Record<string, string | undefined>) {
      const { w, look } = dress();
      this.setData({ w, look });
      title(w.payTitle);
      const redemption = identifier(query['redemption']);
      if (redemption === null) {
        this.setData({ busy: false, head: w.payBadTitle, text: w.payBadText });
        return;
      }
      void pay({ ...world(), open: openPayment }, redemption).then((payment) => {
        this.show(payment);
      });
    },

    show(payment: Payment) {
      const { w } = this.data;
      switch (payment.kind) {
        case 'paid':
          this.setData({ busy: false, head: w.paidTitle, text: w.paidText });
          break;
        case 'cancelled':
          this.setData({ busy: false, head: w.payCancelledTitle, text: w.payCancelledText });
          break;
        case 'failed':
          this.setData({ busy: false, head: w.payFailedTitle, text: w.payFailedText });
          break;
        case 'gone':
          this.setData({ busy: false, head: w.payGoneTitle, text: w.payGoneText });
          break;
        case 'elsewhere':
          this.setData({ busy: false, head: w.payElsewhereTitle, text: w.payElsewhereText });
          break;
        case 'unsent':
          this.setData({
            busy: false,
            head: w.payUnsentTitle,
            text: w.payUnsentText,
            detail: failureWords(w, payment.failure.why).title,
          });
          break;
      }
    },

    goBack() {
      backToPortal();
    },
  },
});
