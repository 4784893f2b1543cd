// Runs before the first paint and before the bundle: what the bundle will ask for first, theme, language and the last
// brand, and the screen that says what is safe when the bundle can't run. No dependency, reads no cookie. Engines that
// know no modules never come here: the page sends them to plain.html.
(function () {
  'use strict';

  const root = document.documentElement;
  const SLOW_AFTER = 30000;
  // Set when the page has been read anew because a file was missing or broken, until it has started.
  const MARK = 'portal.again';
  const PLAIN = '/plain.html';
  // Where the backend was the last time.
  const PLACE = 'portal.api';
  // One function with what the compiler uses: a reference, two results, a sign extended, a float cut off, memory filled.
  const PROBE = [
    0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 1, 111, 2, 127, 127, 3, 2, 1, 0, 5, 3, 1, 0, 1, 10, 23, 1, 21, 0, 65, 0, 192,
    67, 0, 0, 0, 0, 252, 0, 65, 0, 65, 0, 65, 0, 252, 11, 0, 11,
  ];
  const able = Boolean(window.WebAssembly) && WebAssembly.validate(new Uint8Array(PROBE));
  const kiosk = /^kiosk/.test(window.name);
  let started = false;
  // Whoever can't run the programme is on the way to another page.
  let trying = !able;
  let failed = '';
  const covered = [];
  let code;

  // Private mode and blocked storage throw on mere access.
  function attempt(run) {
    try {
      return run();
    } catch (error) {
      return null;
    }
  }

  function kept(name) {
    return attempt(() => localStorage.getItem(name));
  }

  function chooseTheme() {
    const wanted = kept('portal.theme');
    if (/^(light|dark)$/.test(wanted)) return wanted;
    return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  }

  // As the programme chooses it (i18n::Locale::parse): the first answers are in this language.
  function chooseLocale() {
    const tags = [kept('portal.locale')].concat(navigator.languages || navigator.language);
    for (let tag of tags) {
      tag = String(tag).toLowerCase();
      if (/^zh/.test(tag)) return /hant|-tw|-hk|-mo/.test(tag) ? 'zh-TW' : 'zh-CN';
      if (/^en(-|$)/.test(tag)) return 'en';
    }
    return 'zh-CN';
  }

  const theme = chooseTheme();
  const locale = chooseLocale();
  const brand = attempt(() => JSON.parse(kept('portal.brand'))) || {};

  function each(selector, run) {
    document.querySelectorAll(selector).forEach(run);
  }

  function paintPicture(places) {
    const picture = (brand.landscape || {})[theme];
    if (!/^(\/(?!\/)|https?:\/\/)[^"\\\n]*$/.test(picture)) return;
    // Styles would ask for it no sooner than they are laid out, and as if it mattered little.
    Object.assign(new Image(), { fetchPriority: 'high' }).src = picture;
    places.forEach((place) => place.style.setProperty('--landscape', 'url("' + picture + '")'));
    root.classList.add('has-landscape');
  }

  // As state::look has kept it.
  function paintBrand() {
    const tokens = (brand.tokens || {})[theme] || {};
    Object.keys(tokens).forEach((name) => {
      if (/^#[0-9a-f]{3,8}$/i.test(tokens[name])) root.style.setProperty('--' + name, tokens[name]);
    });
    if (/^(soft|round|sharp|crisp)$/.test(brand.shape)) root.dataset.shape = brand.shape;
    paintPicture([root]);
    if (tokens.sky1 || theme === 'dark') {
      each('meta[name=theme-color]', (meta) => {
        meta.content = tokens.sky1 || '#171d20';
      });
    }
  }

  // A promise that may be taken later, or never.
  function ask(address, options) {
    const answer = fetch(address, options);
    answer.catch(() => {});
    return answer;
  }

  const portal = (window.__portal = {
    // WeChat on iOS knows the page by the address that it was entered at.
    entry: location.href,
    // The language of the early answers, which are handed over by their addresses.
    locale,
    early: {},

    // The build's own script calls this for the main module, long before the glue is here to use it.
    load(file, integrity) {
      if (!able) return;
      code = file;
      portal.again = () => fetch(file, { integrity });
      portal.module = ask(file, { integrity });
    },

    // The app calls this when its first screen stands.
    started() {
      started = true;
      clearTimeout(slow);
      if (!trying) attempt(() => sessionStorage.removeItem(MARK));
      each('#boot', (shell) => shell.remove());
      if (!failed || failed === 'B-03') return;
      // It was only slow: give the page back.
      failed = '';
      cover(false);
    },
  });

  // The first visit has the brand's picture while the module is on its way. Colours are the programme's to derive, and without
  // them nothing could be written on it, and a kiosk's screen would be a band of it on a grey ground. Set where it is drawn: from
  // the root it would have every element styled anew.
  function meet(programme) {
    if (started) return;
    brand.landscape = programme.brand.landscape;
    if (document.readyState !== 'loading') paintPicture(document.querySelectorAll('.drawn'));
    else document.addEventListener('DOMContentLoaded', () => meet(programme));
  }

  // What the screens that messages and cards lead to read first, as api::endpoint writes it.
  function firstOf(place) {
    const lists = { '/rewards': ['/rewards?limit=20', '/reward-categories'], '/surveys': ['/me/surveys'] };
    return lists[place] || (/^\/(rewards|surveys)\/[\w-]+$/.test(place) ? [place] : []);
  }

  // What the programme asks for first in any case, and a member's home.
  function askFirst(api) {
    const options = {
      headers: { Accept: 'application/json', 'Accept-Language': locale },
      credentials: api[0] === '/' ? 'same-origin' : 'include',
    };
    const begin = (path) => {
      portal.early[api + path] = ask(api + path, options);
    };
    begin('/programme');
    // Only the backend knows whether somebody is signed in.
    if (kiosk || location.pathname === '/sign-in') return;
    begin('/me/overview');
    if (!location.search) firstOf(location.pathname).forEach(begin);
  }

  // Where the backend is the configuration says; not to wait for it, what it said last is believed meanwhile, or what it says
  // where nobody has changed it. Empty: nothing can be asked for early.
  function askEarly() {
    const place = kept(PLACE);
    const guess = place === null ? '/api/v1' : place;
    const file = (portal.early['/config.json'] = ask('/config.json', { cache: 'no-cache' }));
    if (guess) askFirst(guess);
    const read = (api) => {
      const programme = kiosk || brand.name ? null : portal.early[api + '/programme'];
      return programme && programme.then((answer) => answer.clone().json()).catch(() => {});
    };
    // Read beside the configuration, not after it: every task that is waited for is one in which nothing is painted.
    const guessed = guess && read(guess);
    file
      .then((answer) => answer.clone().json())
      .then((config) => {
        const api =
          (config.auth || 'cookie') === 'cookie' ? (config.api || '/api/v1').trim().replace(/\/+$/, '') : '';
        if (api === guess) return guessed;
        if (!kiosk) attempt(() => localStorage.setItem(PLACE, api));
        if (api) askFirst(api);
        return read(api);
      })
      .then((programme) => programme && meet(programme))
      .catch(() => {});
  }

  // The probe is 1 rem wide, so this notices a reader's larger text however it was set.
  function watchText() {
    each('#probe', (probe) => {
      const measure = () => {
        if (innerWidth / (probe.getBoundingClientRect().width || 16) < 17.5) root.dataset.text = 'large';
        else delete root.dataset.text;
      };
      addEventListener('resize', measure);
      // It measures before the first paint and forces no layout; old web-views lack it.
      if (window.ResizeObserver) new ResizeObserver(measure).observe(probe);
      else measure();
    });
  }

  function cover(whether) {
    covered.forEach((element) => {
      element.hidden = whether;
    });
    each('#fail', (screen) => {
      screen.hidden = !whether;
    });
  }

  function two(number) {
    return ('0' + number).slice(-2);
  }

  function showFailure() {
    if (!failed) return;
    const now = new Date();
    each('[data-why]', (text) => {
      text.hidden = text.dataset.why.indexOf(failed) < 0;
    });
    each('[data-code]', (text) => {
      text.textContent = failed + '　' + two(now.getHours()) + ':' + two(now.getMinutes());
    });
    // What is under the screen must not be reached by keyboard or reader either.
    each('body>:not(#fail):not([hidden]):not(script):not(svg)', (element) => covered.push(element));
    cover(true);
  }

  function fail(why) {
    // A crash outranks the guess before it; nothing outranks a crash.
    if (failed === 'B-03' || (failed && why !== 'B-03')) return;
    failed = why;
    if (document.readyState !== 'loading') showFailure();
  }

  // A missing or broken file: the page is read anew once, past every cache and without a worker that may hold it. Where the
  // server doesn't answer, our own screen is better than the browser's. A kiosk has its watchdog.
  function broken() {
    if (trying || failed) return;
    trying = !kiosk && attempt(() => !sessionStorage.getItem(MARK) && !sessionStorage.setItem(MARK, 1));
    if (!trying) {
      fail('B-02');
      return;
    }
    const files = [location.href];
    if (code) files.push(code);
    each('[integrity]', (tag) => files.push(tag.src || tag.href));
    // Where there are no workers, or none of ours, the chain goes on behind the catch.
    Promise.resolve()
      .then(() => navigator.serviceWorker.getRegistration())
      .then((worker) => worker.unregister())
      .then(() => caches.keys())
      .then((names) => Promise.all(names.map((name) => caches.delete(name))))
      .catch(() => {})
      .then(() => Promise.all(files.map((file) => fetch(file, { cache: 'reload' }))))
      .then(
        () => {
          if (!started && !failed) location.reload();
        },
        () => {
          if (!started) fail('B-02');
        }
      );
  }

  function trouble(error, mayBreak) {
    if (able && error instanceof WebAssembly.RuntimeError) fail('B-03');
    else if (!started && mayBreak) broken();
  }

  addEventListener(
    'error',
    (event) => {
      const { tagName, rel } = event.target;
      trouble(event.error, event.error || (/^(SCRIPT|LINK)$/.test(tagName) && !/icon|manifest/.test(rel)));
    },
    true
  );

  addEventListener('unhandledrejection', (event) => trouble(event.reason, true));

  function ready() {
    each('[data-brand]', (text) => {
      text.textContent = brand.name || '';
    });
    watchText();
    showFailure();
  }

  const slow = setTimeout(() => fail('B-04'), SLOW_AFTER);

  // Old web-views lack it, and the glue calls it.
  if (!window.queueMicrotask) window.queueMicrotask = (run) => Promise.resolve().then(run);

  root.dataset.theme = theme;
  root.dataset.channel = kiosk ? 'kiosk' : /MicroMessenger/i.test(navigator.userAgent) ? 'wechat' : 'mobile';
  root.lang = locale;
  if (able) askEarly();
  // A server that answers with this very page there must not make a circle.
  else if (kiosk || location.pathname === PLAIN) fail('B-01');
  else location.replace(PLAIN + '?to=' + encodeURIComponent(location.pathname + location.search));
  // A kiosk is watched from before the programme is there.
  if (kiosk) document.head.appendChild(document.createElement('script')).src = '/watchdog.js';
  paintBrand();

  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', ready);
  else ready();
})();
