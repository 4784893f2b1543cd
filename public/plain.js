// The page for browsers that can't run the portal (no WebAssembly, or none that is new enough): sign in, see where one
// stands, show a code at the till. ES5 and XMLHttpRequest, nothing else. Engines that know no modules run it on the
// portal's own page, and are sent here.
(function () {
  'use strict';

  if (document.documentElement.getAttribute('data-plain') === null) {
    // A server that answers with that page here, too, must not make a circle.
    if (location.pathname !== '/plain.html') {
      location.replace('/plain.html?to=' + encodeURIComponent(location.pathname + location.search));
    }
    return;
  }

  var TEXTS = {
    'zh-CN': {
      title: '会员中心', lead: '这个浏览器打不开完整页面，要紧的都在这里。', full: '再试试完整页面',
      signIn: '用手机号登录', join: '没有账号会自动入会。', phone: '手机号', send: '发验证码', enter: '输入验证码',
      sent: '已发到 {phone}', code: '6 位验证码', agree: '我已阅读并同意', terms: '《会员协议》', and: '和',
      privacy: '《隐私政策》', submit: '登录', resend: '重发验证码', wait: '{n} 秒后可以重发', change: '换号码',
      card: '会员码', until: '{time} 前有效', wallet: '卡券', noTickets: '现在没有能用的券。', shops: '门店',
      again: '刷新', leave: '退出登录', help: '要帮忙就打', points: '积分', expiring: '{n} {unit}将在 {time} 过期',
      phoneBad: '手机号不对，再看一眼', codeShort: '验证码是 6 位数字，再看一下短信', codeWrong: '验证码不对，再看一下短信',
      codeExpired: '验证码过期了，重发一条', agreeFirst: '先勾选同意，再登录', rate: '试得太快了，{n} 秒后再来',
      offline: '没连上。看看网络，再试一次。积分、券和等级都在。', server: '门店系统开小差了，过一会儿再来。积分、券和等级都在。',
      partial: '有的内容没能读到，刷新再试。积分、券和等级都在。', ended: '登录过期了，请再登录一次',
      stay: '没连上，还没有退出。连上网再退一次。', left: '已经退出。积分和券都在。', shared: '这是店里的公用设备，请用自己的手机登录。'
    },
    'zh-TW': {
      title: '會員中心', lead: '這個瀏覽器打不開完整頁面，重要的都在這裡。', full: '再試試完整頁面',
      signIn: '用手機號碼登入', join: '沒有帳號會自動入會。', phone: '手機號碼', send: '傳送驗證碼', enter: '輸入驗證碼',
      sent: '已傳送到 {phone}', code: '6 位數驗證碼', agree: '我已閱讀並同意', terms: '《會員條款》', and: '和',
      privacy: '《隱私權政策》', submit: '登入', resend: '重新傳送驗證碼', wait: '{n} 秒後可以重新傳送', change: '換號碼',
      card: '會員碼', until: '{time} 前有效', wallet: '票券', noTickets: '現在沒有可用的票券。', shops: '門市',
      again: '重新整理', leave: '登出', help: '需要協助請撥', points: '點數', expiring: '{n} {unit}將於 {time} 到期',
      phoneBad: '手機號碼不對，再看一眼', codeShort: '驗證碼是 6 位數字，再看一下簡訊', codeWrong: '驗證碼不對，再看一下簡訊',
      codeExpired: '驗證碼過期了，重新傳送一則', agreeFirst: '請先勾選同意，再登入', rate: '試得太快了，{n} 秒後再來',
      offline: '沒連上。看看網路，再試一次。點數、券和等級都在。', server: '門市系統出了點狀況，過一會兒再來。點數、券和等級都在。',
      partial: '有些內容沒能讀到，重新整理再試。點數、券和等級都在。', ended: '登入已過期，請再登入一次',
      stay: '沒連上，還沒有登出。連上網路再登出一次。', left: '已經登出。點數和券都在。', shared: '這是門市的共用裝置，請用自己的手機登入。'
    },
    en: {
      title: 'Member centre', lead: 'This browser cannot run the full portal. What matters is here.', full: 'Try the full portal',
      signIn: 'Sign in with your phone', join: 'New here? You join automatically.', phone: 'Phone number', send: 'Send code',
      enter: 'Enter the code', sent: 'Sent to {phone}', code: '6-digit code', agree: 'I have read and agree to the ',
      terms: 'Member terms', and: ' and the ', privacy: 'Privacy policy', submit: 'Sign in', resend: 'Send again',
      wait: 'Send again in {n} s', change: 'Change number', card: 'My code', until: 'Valid until {time}', wallet: 'Wallet',
      noTickets: 'You have no vouchers to use now.', shops: 'Stores', again: 'Refresh', leave: 'Sign out', help: 'Need help? Call',
      points: 'points', expiring: '{n} {unit} expire on {time}', phoneBad: 'This phone number does not look right',
      codeShort: 'The code has 6 digits. Check the text message', codeWrong: 'That is not the code. Check the text message',
      codeExpired: 'The code has expired. Send a new one', agreeFirst: 'Please agree first, then sign in',
      rate: 'Too many tries. Try again in {n} s',
      offline: 'No connection. Check your network and try again. Your points, vouchers and tier are safe.',
      server: 'The service has a problem. Please try again in a moment. Your points, vouchers and tier are safe.',
      partial: 'Some of this could not be read. Refresh to try again. Your points, vouchers and tier are safe.',
      ended: 'Your session has ended. Please sign in again',
      stay: 'No connection: you are still signed in. Sign out again when you are online.',
      left: 'You are signed out. Your points and vouchers stay.', shared: 'This is a shared device. Please sign in on your own phone.'
    }
  };

  function kept(name) {
    try {
      return window.localStorage.getItem(name);
    } catch (error) {
      return null;
    }
  }

  function chosen() {
    var tags = [kept('portal.locale')].concat(navigator.languages || [navigator.language || navigator.userLanguage]);
    for (var i = 0; i < tags.length; i += 1) {
      var tag = String(tags[i]).toLowerCase();
      if (/^zh/.test(tag)) return /hant|-tw|-hk|-mo/.test(tag) ? 'zh-TW' : 'zh-CN';
      if (/^en(-|$)/.test(tag)) return 'en';
    }
    return 'zh-CN';
  }

  var locale = chosen();
  var texts = TEXTS[locale];
  var api = '/api/v1';
  var bearer = false;
  var off = [];
  var token = null;
  var programme = {};
  var phone = '';
  var turn = 0;
  var left = 0;
  var cardTimer;
  var resendTimer;

  function el(id) {
    return document.getElementById(id);
  }

  function show(id, whether) {
    el(id).hidden = !whether;
  }

  function say(id, text) {
    el(id).textContent = text || '';
  }

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, function (all, name) {
      return values[name];
    });
  }

  function add(parent, tag, text, className) {
    var element = document.createElement(tag);
    element.textContent = text;
    if (className) element.className = className;
    parent.appendChild(element);
    return element;
  }

  function number(value) {
    return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
  }

  function groups(code) {
    return String(code).replace(/(.{4})(?=.)/g, '$1 ');
  }

  function when(text, clock) {
    var date = new Date(text);
    var options = clock
      ? { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }
      : { year: 'numeric', month: 'long', day: 'numeric' };
    // An engine that doesn't know the zone, or no zones at all, tells the device's time.
    try {
      options.timeZone = programme.timezone;
      // The portal's English has the day before the month.
      var tag = locale === 'en' ? 'en-GB' : locale;
      return clock ? date.toLocaleTimeString(tag, options) : date.toLocaleDateString(tag, options);
    } catch (error) {
      return clock ? date.toLocaleTimeString() : date.toLocaleDateString();
    }
  }

  // `done` gets the status (0 when there is no answer), the value, and the request.
  function ask(method, address, body, done) {
    var request = new XMLHttpRequest();
    request.open(method, address, true);
    request.timeout = method === 'GET' ? 15000 : 20000;
    request.withCredentials = !bearer;
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('Accept-Language', locale);
    if (method !== 'GET') request.setRequestHeader('X-Member-Portal', '1');
    if (body) request.setRequestHeader('Content-Type', 'application/json');
    if (token) request.setRequestHeader('Authorization', 'Bearer ' + token);
    request.onreadystatechange = function () {
      if (request.readyState !== 4) return;
      var value = null;
      try {
        value = JSON.parse(request.responseText);
      } catch (error) {
        // A failure need not be JSON.
      }
      done(request.status, value || {}, request);
    };
    request.send(body ? JSON.stringify(body) : null);
  }

  function call(method, path, body, done) {
    ask(method, api + path, body, done);
  }

  function has(feature) {
    return (programme.features || []).indexOf(feature) >= 0 && off.indexOf(feature) < 0;
  }

  function trouble(status, value, request) {
    if (value.code === 'rate-limited') {
      return fill(texts.rate, { n: parseInt(request.getResponseHeader('Retry-After'), 10) || 60 });
    }
    if (value.code === 'code-incorrect') return texts.codeWrong;
    if (value.code === 'code-expired') return texts.codeExpired;
    if (!status) return texts.offline;
    return status < 500 && value.title ? value.title : texts.server;
  }

  function only(id) {
    var all = ['ask', 'enter', 'member'];
    for (var i = 0; i < all.length; i += 1) show(all[i], all[i] === id);
    if (id !== 'member') clear();
  }

  // Nothing of a member stays in the page of somebody who isn't signed in.
  function clear() {
    turn += 1;
    clearTimeout(cardTimer);
    var all = ['name', 'tier', 'points', 'unit', 'expiring', 'card-code', 'card-until', 'tickets', 'stores'];
    for (var i = 0; i < all.length; i += 1) say(all[i], '');
  }

  function busy(form, whether) {
    var buttons = form.getElementsByTagName('button');
    for (var i = 0; i < buttons.length; i += 1) buttons[i].disabled = whether;
    if (left > 0) el('resend').disabled = true;
  }

  function signInAgain(text) {
    token = null;
    only('ask');
    say('note', text);
  }

  function countDown(seconds) {
    clearTimeout(resendTimer);
    left = seconds;
    el('resend').disabled = seconds > 0;
    say('resend', seconds > 0 ? fill(texts.wait, { n: seconds }) : texts.resend);
    if (seconds > 0) {
      resendTimer = setTimeout(function () {
        countDown(seconds - 1);
      }, 1000);
    }
  }

  function sendCode(form, error) {
    busy(form, true);
    say(error, '');
    call('POST', '/sessions/sms-codes', { phone: phone }, function (status, value, request) {
      busy(form, false);
      if (status < 200 || status > 299) {
        say(error, value.code === 'validation' ? texts.phoneBad : trouble(status, value, request));
        return;
      }
      only('enter');
      say('note', '');
      say('sent', fill(texts.sent, { phone: phone }));
      countDown(Math.min(Math.max(value.resend_after || 60, 1), 600));
      el('code').value = '';
      el('code').focus();
    });
  }

  el('ask').onsubmit = function () {
    phone = el('phone').value.replace(/[\s()-]/g, '');
    if (/^\+?\d{6,15}$/.test(phone)) sendCode(el('ask'), 'ask-error');
    else say('ask-error', texts.phoneBad);
    return false;
  };

  el('resend').onclick = function () {
    sendCode(el('enter'), 'enter-error');
  };

  el('change').onclick = function () {
    only('ask');
    el('phone').focus();
  };

  el('enter').onsubmit = function () {
    var code = el('code').value.replace(/\s/g, '');
    var problem = '';
    if (!/^\d{6}$/.test(code)) problem = texts.codeShort;
    else if (!el('agree').checked) problem = texts.agreeFirst;
    say('enter-error', problem);
    if (problem) return false;
    var body = { phone: phone, code: code, terms_version: programme.terms_version };
    if (bearer) body.mode = 'bearer';
    busy(el('enter'), true);
    call('POST', '/sessions', body, function (status, value, request) {
      busy(el('enter'), false);
      if (status < 200 || status > 299) {
        say('enter-error', trouble(status, value, request));
        return;
      }
      token = value.token || null;
      el('code').value = '';
      say('note', '');
      member();
    });
    return false;
  };

  // Each part comes by itself, and a part that fails spoils no other.
  function read(path, use) {
    var mine = turn;
    call('GET', path, null, function (status, value) {
      if (mine !== turn) return;
      if (status === 401) signInAgain(texts.ended);
      else if (status === 200) use(value);
      else say('note', status ? texts.partial : texts.offline);
    });
  }

  function ticket(title, code, until) {
    var item = add(el('tickets'), 'li', '');
    add(item, 'p', title);
    add(item, 'p', groups(code), 'digits');
    if (until) add(item, 'p', fill(texts.until, { time: when(until) }), 'muted');
    show('no-tickets', false);
  }

  function card() {
    clearTimeout(cardTimer);
    read('/me/card-code', function (value) {
      show('card', true);
      say('card-code', groups(value.payload));
      say('card-until', fill(texts.until, { time: when(value.valid_until, true) }));
      cardTimer = setTimeout(card, Math.max(value.refresh_after || 45, 10) * 1000);
    });
  }

  function member() {
    clear();
    only('member');
    var unit = (programme.points_terms && programme.points_terms.name) || texts.points;
    read('/me', function (value) {
      say('name', value.display_name);
    });
    read('/me/tier', function (value) {
      say('tier', value.current && value.current.name);
    });
    read('/me/points', function (value) {
      say('points', number(value.available));
      say('unit', unit);
      var first = value.expiring && value.expiring[0];
      if (first && first.at) {
        say('expiring', fill(texts.expiring, { n: number(first.amount), unit: unit, time: when(first.at) }));
      }
    });
    if (has('card-code')) card();
    show('wallet', true);
    show('no-tickets', true);
    read('/me/redemptions?status=issued&limit=20', function (value) {
      var list = value.data || [];
      for (var i = 0; i < list.length; i += 1) {
        if (list[i].voucher) ticket(list[i].reward.title, list[i].voucher.code, list[i].voucher.valid_until);
      }
    });
    if (has('coupons')) {
      read('/me/coupons?status=available&limit=20', function (value) {
        var list = value.data || [];
        for (var i = 0; i < list.length; i += 1) ticket(list[i].title, list[i].code, list[i].valid_until);
      });
    }
    if (has('stores')) {
      read('/stores', function (value) {
        var list = value.data || [];
        for (var i = 0; i < list.length; i += 1) {
          var item = add(el('stores'), 'li', '');
          add(item, 'p', list[i].name);
          add(item, 'p', list[i].address, 'muted');
          add(item, 'a', list[i].phone).href = 'tel:' + String(list[i].phone).replace(/[^\d+]/g, '');
        }
        show('shops', list.length > 0);
      });
    }
  }

  el('again').onclick = function () {
    say('note', '');
    member();
  };

  el('leave').onclick = function () {
    el('leave').disabled = true;
    call('DELETE', '/sessions/current', null, function (status) {
      el('leave').disabled = false;
      if (status !== 204 && status !== 401) {
        say('note', texts.stay);
        return;
      }
      // What the full portal may have kept here.
      try {
        for (var i = window.localStorage.length - 1; i >= 0; i -= 1) {
          var name = window.localStorage.key(i);
          if (name.indexOf('portal.member.') === 0) window.localStorage.removeItem(name);
        }
      } catch (error) {
        // Blocked storage holds nothing.
      }
      el('phone').value = phone = '';
      signInAgain(texts.left);
    });
  };

  function link(id, address) {
    var safe = /^(https?:\/\/|\/(?![\/\\]))/.test(address || '');
    if (safe) el(id).href = address;
  }

  function translate() {
    document.documentElement.lang = locale;
    document.title = texts.title;
    var all = document.querySelectorAll('[data-text]');
    for (var i = 0; i < all.length; i += 1) all[i].textContent = texts[all[i].getAttribute('data-text')];
    var to = /[?&]to=([^&]*)/.exec(location.search);
    try {
      to = to ? decodeURIComponent(to[1]) : '';
    } catch (error) {
      to = '';
    }
    if (/^\/(?![\/\\])/.test(to) && to.indexOf('/plain.html') !== 0) el('full').href = to;
  }

  function start() {
    call('GET', '/programme', null, function (status, value, request) {
      if (status !== 200) {
        say('note', trouble(status, value, request));
        show('member', false);
        setTimeout(start, 10000);
        return;
      }
      programme = value;
      say('note', '');
      say('brand', value.name);
      document.title = value.name + ' · ' + texts.title;
      link('terms', value.terms_url);
      link('privacy', value.privacy_url);
      if (value.support_phone) {
        say('support', value.support_phone);
        el('support').href = 'tel:' + value.support_phone.replace(/[^\d+]/g, '');
        show('help', true);
      }
      if (value.device) say('note', texts.shared);
      else if (bearer) only('ask');
      else {
        call('GET', '/me', null, function (answer) {
          if (answer === 200) member();
          else {
            only('ask');
            if (answer !== 401) say('note', answer ? texts.server : texts.offline);
          }
        });
      }
    });
  }

  translate();
  ask('GET', '/config.json', null, function (status, value) {
    if (typeof value.api === 'string') api = value.api.replace(/\/+$/, '');
    bearer = value.auth === 'bearer';
    off = value.features_off || [];
    start();
  });
})();
