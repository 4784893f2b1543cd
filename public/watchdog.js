// Looks after a kiosk's page: when the programme has crashed, stands still, shows nothing or never starts, the page is begun
// anew, ever more rarely, and only while the server answers. It counts in the window's name, which outlives reloads and
// wipes. The boot script brings it where the window is a kiosk's, the kiosk's own part does the first time.
(function () {
  'use strict';

  const CHECK_MS = 2500;
  const START_MS = 45000;
  const SILENT_MS = 30000;
  const HEALTHY_MS = 600000;
  const PAUSES_S = [3, 10, 60, 300, 900];

  const portal = window.__portal || (window.__portal = {});
  // The other clock may be set at any time.
  const clock = function () {
    return performance.now();
  };
  let begun = clock();
  let seen = 0;
  let silent = 0;
  let blank = 0;
  let ending = false;

  // A screen that remembers nothing has no worker that keeps files; a browser may have had one before it was enrolled. A page
  // that it still has in hand may keep files once more, so what it kept goes at every load.
  function dismiss() {
    if (!navigator.serviceWorker) return;
    navigator.serviceWorker
      .getRegistrations()
      .then(function (workers) {
        workers.forEach(function (worker) {
          worker.unregister();
        });
        return caches.keys();
      })
      .then(function (names) {
        names.forEach(function (name) {
          if (/^portal-/.test(name)) caches.delete(name);
        });
      })
      .catch(function () {
        // Blocked storage has neither.
      });
  }

  function record() {
    const parts = /^kiosk (\d{1,6}) (.*)$/.exec(window.name);
    return { count: parts ? Number(parts[1]) : 0, why: parts ? parts[2] : '' };
  }

  function keep(count, why) {
    window.name = 'kiosk ' + count + ' ' + String(why).slice(0, 60);
  }

  // Nobody is to see, or to find in the page, what the last person had on screen.
  function clear() {
    const app = document.getElementById('app');
    if (app) app.textContent = '';
    performance.clearResourceTimings();
    try {
      window.localStorage.clear();
      window.sessionStorage.clear();
    } catch (error) {
      // Blocked storage holds nothing.
    }
  }

  function again(why) {
    fetch('/config.json', { cache: 'no-store' }).then(
      function (answer) {
        if (!answer.ok) throw new Error('not served');
        keep(record().count + 1, why);
        window.location.replace('/sign-in');
      }
    ).catch(function () {
      setTimeout(again, CHECK_MS, why);
    });
  }

  function restart(why) {
    if (ending) return;
    ending = true;
    clear();
    const pause = PAUSES_S[Math.min(record().count, PAUSES_S.length - 1)];
    setTimeout(again, pause * 1000, why);
  }

  function failure() {
    const screen = document.getElementById('fail');
    if (!screen || screen.hidden) return '';
    const code = screen.querySelector('[data-code]');
    return (code && code.textContent.slice(0, 4)) || 'B-00';
  }

  function isBlank() {
    const app = document.getElementById('app');
    const box = app && app.getBoundingClientRect();
    return !box || box.height < 100 || !(app.innerText || '').trim();
  }

  function check() {
    const now = clock();
    if (ending || document.hidden) {
      if (seen) seen = now;
      else begun = now;
      return;
    }
    const failed = failure();
    const started = !document.getElementById('boot');
    if (failed) restart(failed);
    else if (!started && now - begun > START_MS) restart('stuck');
    else if (started && !seen && now - begun > START_MS) restart('stopped');
    // Once may be a device that has just woken up.
    else if (started && seen && now - seen > SILENT_MS) {
      silent += 1;
      if (silent > 1) restart('silent');
    } else if (started && isBlank()) {
      blank += 1;
      if (blank > 3) restart('blank');
    } else {
      silent = 0;
      blank = 0;
      if (started && record().count && now - begun > HEALTHY_MS) keep(0, record().why);
    }
  }

  portal.alive = function () {
    seen = clock();
  };
  setInterval(check, CHECK_MS);
  dismiss();
})();
