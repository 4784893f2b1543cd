/** What happened, and one button. */
Component({
  options: { addGlobalClass: true },
  properties: {
    /** Not `title`: WeChat shows that as a hint of its own. */
    head: String,
    text: String,
    detail: String,
    /** What is on the button; without it there is none. */
    action: String,
    /** Whether the button can't be pressed yet. */
    off: Boolean,
  },
  methods: {
    press() {
      if (!this.data.off) {
        this.triggerEvent('press');
      }
    },
  },
});
