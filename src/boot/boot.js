// Runs before the first paint and before the bundle: theme, language and the last brand, and the screen that says what
// is safe when the bundle can't run. ES2019, no dependency, reads no cookie, never reloads by itself.
(function () {
  'use strict';

  const root = document.documentElement;
  const SLOW_AFTER = 30000;
  let started = false;
  let failed = '';
  let covered = [];

  // Private mode and blocked storage throw on mere access.
  function kept(name) {
    try {
      return window.localStorage.getItem(name);
    } catch (error) {
      return null;
    }
  }

  function media(query) {
    return Boolean(window.matchMedia) && window.matchMedia(query).matches;
  }

  function chooseTheme() {
    const wanted = kept('portal.theme');
    if (wanted === 'light' || wanted === 'dark') return wanted;
    return media('(prefers-color-scheme: dark)') ? 'dark' : 'light';
  }

  function supported(tag) {
    const low = String(tag).toLowerCase();
    if (/^zh(-|_)?(hant|tw|hk|mo)/.test(low) || low.indexOf('hant') > 0) return 'zh-TW';
    if (low.indexOf('zh') === 0) return 'zh-CN';
    return low.indexOf('en') === 0 ? 'en' : '';
  }

  function chooseLocale() {
    const tags = [kept('portal.locale')].concat(navigator.languages || [navigator.language]);
    for (let i = 0; i < tags.length; i += 1) {
      const locale = tags[i] ? supported(tags[i]) : '';
      if (locale) return locale;
    }
    return 'zh-CN';
  }

  function lastBrand() {
    try {
      const brand = JSON.parse(kept('portal.brand'));
      return brand && typeof brand === 'object' ? brand : {};
    } catch (error) {
      return {};
    }
  }

  const theme = chooseTheme();
  const brand = lastBrand();
  const agent = navigator.userAgent || '';

  function paintBrand() {
    const tokens = (brand.tokens && brand.tokens[theme]) || {};
    Object.keys(tokens).forEach(function (name) {
      if (/^#[0-9a-f]{3,8}$/i.test(tokens[name])) {
        root.style.setProperty(name.indexOf('--') === 0 ? name : '--' + name, tokens[name]);
      }
    });
    if (/^(soft|round|sharp|crisp)$/.test(brand.shape)) root.dataset.shape = brand.shape;
    const picture = typeof brand.landscape === 'string' ? brand.landscape : (brand.landscape || {})[theme];
    if (typeof picture === 'string' && /^(\/(?!\/)|https?:\/\/)[^"\\\n]*$/.test(picture)) {
      root.style.setProperty('--landscape', 'url("' + picture + '")');
      root.classList.add('has-landscape');
    }
    const sky = tokens.sky1 || tokens['--sky1'];
    const meta = document.querySelector('meta[name="theme-color"]');
    if (meta && (sky || theme === 'dark')) meta.content = sky || '#171d20';
  }

  root.dataset.theme = theme;
  root.dataset.channel = /MicroMessenger/i.test(agent) ? 'wechat' : 'mobile';
  // A kiosk is watched from before the programme is there.
  if (/^kiosk/.test(window.name)) {
    root.dataset.channel = 'kiosk';
    document.head.appendChild(document.createElement('script')).src = '/watchdog.js';
  }
  root.lang = chooseLocale();
  paintBrand();

  function each(selector, run) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), run);
  }

  // The probe is 1 rem wide, so this notices a reader's larger text however it was set.
  function watchText() {
    const probe = document.getElementById('probe');
    function measure() {
      const rem = probe.getBoundingClientRect().width || 16;
      if (window.innerWidth / rem < 17.5) root.dataset.text = 'large';
      else delete root.dataset.text;
    }
    if (!probe) return;
    measure();
    window.addEventListener('resize', measure);
    if (window.ResizeObserver) new ResizeObserver(measure).observe(probe);
  }

  function two(number) {
    return (number < 10 ? '0' : '') + number;
  }

  function showFailure() {
    const screen = document.getElementById('fail');
    if (!screen || !failed) return;
    const now = new Date();
    each('[data-why]', function (text) {
      text.hidden = text.dataset.why.indexOf(failed) < 0;
    });
    each('[data-code]', function (text) {
      text.textContent = failed + '　' + two(now.getHours()) + ':' + two(now.getMinutes());
    });
    // What is under the screen must not be reached by keyboard or reader either.
    if (!covered.length) {
      covered = Array.prototype.filter.call(document.body.children, function (element) {
        return element !== screen && !element.hidden && !/^(SCRIPT|svg)$/i.test(element.tagName);
      });
    }
    covered.forEach(function (element) {
      element.hidden = true;
    });
    screen.hidden = false;
  }

  function fail(code) {
    // A crash outranks the guess before it; nothing outranks a crash.
    if (failed === 'B-03' || (failed && code !== 'B-03')) return;
    failed = code;
    if (document.readyState === 'loading') return;
    showFailure();
  }

  function isTrap(error) {
    return Boolean(error && window.WebAssembly && WebAssembly.RuntimeError && error instanceof WebAssembly.RuntimeError);
  }

  window.addEventListener(
    'error',
    function (event) {
      const from = event.target;
      if (isTrap(event.error)) fail('B-03');
      else if (started) return;
      else if (from && from !== window) {
        if (/^(SCRIPT|LINK)$/.test(from.tagName) && from.rel !== 'icon' && from.rel !== 'manifest') fail('B-02');
      } else if (event.error) fail('B-02');
    },
    true
  );

  window.addEventListener('unhandledrejection', function (event) {
    if (isTrap(event.reason)) fail('B-03');
    else if (!started) fail('B-02');
  });

  function ready() {
    each('[data-brand]', function (text) {
      text.textContent = typeof brand.name === 'string' ? brand.name.slice(0, 40) : '';
    });
    watchText();
    showFailure();
  }

  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', ready);
  else ready();

  window.__portal = {
    // The app calls this when its first screen stands.
    started: function () {
      const shell = document.getElementById('boot');
      const screen = document.getElementById('fail');
      started = true;
      clearTimeout(slow);
      if (shell) shell.remove();
      if (!failed || failed === 'B-03') return;
      // It was only slow: give the page back.
      failed = '';
      if (screen) screen.hidden = true;
      covered.forEach(function (element) {
        element.hidden = false;
      });
      covered = [];
    },
  };

  const slow = setTimeout(function () {
    if (!started) fail('B-04');
  }, SLOW_AFTER);

  if (typeof WebAssembly !== 'object' || !WebAssembly.validate || !('noModule' in HTMLScriptElement.prototype)) {
    fail('B-01');
  }
})();
