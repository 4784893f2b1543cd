import { held } from './lib/privacy';
import { onHeld, open } from './wechat';

App({
  onLaunch() {
    onHeld((resolve) => {
      if (held.hold(resolve)) {
        open('/pages/agreement/agreement?show=held', () => {
          held.disagree();
        });
      }
    });
  },
});
