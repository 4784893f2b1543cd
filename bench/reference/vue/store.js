import { defineStore } from 'pinia';
import { load } from '../shared/load.js';
import { present } from '../shared/present.js';

export const useMember = defineStore('member', {
  state: () => ({ answers: null, failed: '' }),
  getters: {
    home: ({ answers }) => answers && present(answers),
  },
  actions: {
    async load() {
      try {
        this.answers = await load();
      } catch (error) {
        this.failed = error.message;
      }
    },
  },
});
