/* Passkeys (WebAuthn). A form with data-passkey="create" or "get" is shown where the browser knows passkeys. When it is
   sent, the browser is asked first, with the options in data-options or from the address in data-options-from; what
   it answers goes along as the field "credential". If it has no answer, [data-passkey-refused] is shown. */
"use strict";

(function () {
  function octets(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (c) { return c.charCodeAt(0); });
  }

  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function listed(credentials) {
    return (credentials || []).map(function (one) {
      return Object.assign({}, one, { id: octets(one.id) });
    });
  }

  function asked(options) {
    var ready = Object.assign({}, options, { challenge: octets(options.challenge) });
    if (options.user) ready.user = Object.assign({}, options.user, { id: octets(options.user.id) });
    if (options.excludeCredentials) ready.excludeCredentials = listed(options.excludeCredentials);
    if (options.allowCredentials) ready.allowCredentials = listed(options.allowCredentials);
    return ready;
  }

  function answered(credential) {
    var given = credential.response;
    var response = { clientDataJSON: text(given.clientDataJSON) };
    if (given.attestationObject) {
      response.attestationObject = text(given.attestationObject);
      response.transports = given.getTransports ? given.getTransports() : [];
    } else {
      response.authenticatorData = text(given.authenticatorData);
      response.signature = text(given.signature);
      if (given.userHandle) response.userHandle = text(given.userHandle);
    }
    return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: response };
  }

  function optionsOf(form) {
    if (form.dataset.options) return Promise.resolve(JSON.parse(form.dataset.options));
    var body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
    return fetch(form.dataset.optionsFrom, { method: "POST", body: body, credentials: "same-origin" }).then(
      function (response) {
        if (!response.ok) throw new Error(String(response.status));
        return response.json();
      }
    );
  }

  function improve(form) {
    var refused = form.querySelector("[data-passkey-refused]");
    var button = form.querySelector("button");

    form.addEventListener("submit", function (event) {
      event.preventDefault();
      refused.hidden = true;
      button.disabled = true;
      optionsOf(form)
        .then(function (options) {
          return navigator.credentials[form.dataset.passkey]({ publicKey: asked(options) });
        })
        .then(function (credential) {
          form.elements.credential.value = JSON.stringify(answered(credential));
          form.submit();
        })
        .catch(function () {
          refused.hidden = false;
          button.disabled = false;
        });
    });
    form.hidden = false;
  }

  if (window.PublicKeyCredential && window.fetch && window.URLSearchParams) {
    document.querySelectorAll("form[data-passkey]").forEach(improve);
  }
})();
