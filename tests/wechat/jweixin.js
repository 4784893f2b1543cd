// Stands in for WeChat's JSSDK in the end-to-end tests. How it behaves is in `window.__wechat`, which is written before it:
//   bridge    milliseconds until the bridge is ready, null for never
//   config    "ok", "fail", "never", or "check": the signature is computed anew for the address that this WeChat signs
//   answers   name of a call -> "ok", "cancel", "fail", "never"; without one "ok"
//   platform  "ios" signs the address by which the page was entered, "android" the present one
//   ticket    what the signatures are made with
//   results   name of a call -> members of its answer
// Everything that is called goes to the test by POST /__told.
(function () {
  'use strict';

  var manner = window.__wechat;
  var queue = [];
  var when = { ready: [], error: [] };
  var state = '';

  function tell(what, more) {
    fetch('/__told', { method: 'POST', body: JSON.stringify({ what: what, more: more, at: location.href }), keepalive: true });
  }

  // FIPS 180-4, for text in ASCII.
  function sha1(text) {
    var words = [], length = text.length, i;
    for (i = 0; i < length; i += 1) words[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8);
    words[length >> 2] |= 0x80 << (24 - (length % 4) * 8);
    words[(((length + 8) >> 6) << 4) + 15] = length * 8;
    var h = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
    function turn(n, by) { return (n << by) | (n >>> (32 - by)); }
    for (var block = 0; block < words.length; block += 16) {
      var w = [], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
      for (i = 0; i < 80; i += 1) {
        w[i] = i < 16 ? words[block + i] | 0 : turn(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        var f = i < 20 ? [(b & c) | (~b & d), 0x5a827999] : i < 40 ? [b ^ c ^ d, 0x6ed9eba1]
          : i < 60 ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc] : [b ^ c ^ d, 0xca62c1d6];
        var t = (turn(a, 5) + f[0] + e + f[1] + w[i]) | 0;
        e = d; d = c; c = turn(b, 30); b = a; a = t;
      }
      h = [h[0] + a, h[1] + b, h[2] + c, h[3] + d, h[4] + e];
    }
    return h.map(function (n) { return ('0000000' + (n >>> 0).toString(16)).slice(-8); }).join('');
  }

  function signs(config) {
    var address = (manner.platform === 'ios' ? window.__entry || location.href : location.href).split('#')[0];
    var wanted = sha1('jsapi_ticket=' + manner.ticket + '&noncestr=' + config.nonceStr + '&timestamp=' + config.timestamp
      + '&url=' + address);
    var right = wanted === config.signature;
    tell('signed', { for: address, right: right, signature: config.signature });
    return right;
  }

  function settle(name, argument) {
    state = name;
    when[name].splice(0).forEach(function (then) { then(argument); });
  }

  function ask(name, options) {
    var answer = manner.answers[name] || 'ok';
    tell(name, options && JSON.parse(JSON.stringify(options)));
    if (answer === 'never') return;
    setTimeout(function () {
      var result = { errMsg: name + ':' + answer };
      var more = answer === 'ok' && manner.results[name];
      for (var key in more || {}) result[key] = more[key];
      var then = options && options[{ ok: 'success', cancel: 'cancel', fail: 'fail' }[answer]];
      if (then) then(result);
      if (options && options.complete) options.complete(result);
    }, 20);
  }

  // What a host's page hears only when this one goes back, is shared or ends.
  window.__wechatBack = function () {
    tell('delivered', queue.splice(0));
  };

  var wx = {
    config: function (config) {
      tell('config', config);
      state = '';
      if (manner.config === 'never') return;
      setTimeout(function () {
        var good = manner.config === 'ok' || (manner.config === 'check' && signs(config));
        if (good) settle('ready');
        else settle('error', { errMsg: manner.config === 'check' ? 'config:fail, invalid signature' : 'config:fail' });
      }, 20);
    },
    ready: function (then) {
      if (state === 'ready') then();
      else when.ready.push(then);
    },
    error: function (then) {
      when.error.push(then);
    },
    miniProgram: {
      getEnv: function (then) {
        then({ miniprogram: window.__wxjs_environment === 'miniprogram' });
      },
      postMessage: function (options) {
        queue.push(options && options.data);
        tell('postMessage', options);
      },
    },
  };
  ['checkJsApi', 'scanQRCode', 'getLocation', 'chooseImage', 'closeWindow', 'updateAppMessageShareData', 'updateTimelineShareData',
    'onMenuShareAppMessage', 'onMenuShareTimeline', 'hideMenuItems', 'showMenuItems', 'hideOptionMenu', 'showOptionMenu',
    'getNetworkType'].forEach(function (name) {
    wx[name] = function (options) { ask(name, options); };
  });
  ['navigateTo', 'navigateBack', 'redirectTo', 'reLaunch', 'switchTab'].forEach(function (name) {
    wx.miniProgram[name] = function (options) {
      if (name === 'navigateBack') window.__wechatBack();
      ask(name, options);
    };
  });
  window.wx = window.jWeixin = wx;
  if (manner.bridge !== null) {
    setTimeout(function () {
      window.WeixinJSBridge = { invoke: function (name, options, then) { if (then) then({ err_msg: name + ':ok' }); }, on: function () {} };
      document.dispatchEvent(new Event('WeixinJSBridgeReady'));
    }, manner.bridge);
  }
})();
