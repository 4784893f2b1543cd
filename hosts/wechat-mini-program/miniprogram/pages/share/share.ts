import { config } from '../../config';
import { dress } from '../../host';
import { HOME, httpsAddress, portalPath, queryText } from '../../lib/address';
import { LONGEST_TITLE, messageOf } from '../../lib/share';
import type { Message } from '../../lib/share';
import { WORDS } from '../../lib/words';
import { backToPortal, title } from '../../wechat';

Component({
  options: { pureDataPattern: /^_/ },
  data: {
    w: WORDS['zh-CN'],
    look: '',
    head: '',
    image: '',
    _path: HOME,
  },
  methods: {
    onLoad(query: Record<string, string | undefined>) {
      const { w, look, name } = dress();
      const asked = queryText(query['title'], LONGEST_TITLE);
      this.setData({
        w,
        look,
        head: asked === '' ? name : asked,
        image: httpsAddress(query['image']) ?? config.cardImage,
        _path: portalPath(query['path']) ?? HOME,
      });
      title(w.shareTitle);
    },

    /** A picture that doesn't load isn't sent either. */
    noImage() {
      this.setData({ image: '' });
    },

    onShareAppMessage(): Message {
      const { head, image, _path: path } = this.data;
      return messageOf({ title: head, path, image }, head, config.cardImage);
    },

    goBack() {
      backToPortal();
    },
  },
});
