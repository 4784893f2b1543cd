import { createRouter, createWebHistory } from 'vue-router';
import HomeView from './views/HomeView.vue';
import OtherView from './views/OtherView.vue';

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'home', component: HomeView },
    { path: '/:place(.*)', name: 'other', component: OtherView },
  ],
});
