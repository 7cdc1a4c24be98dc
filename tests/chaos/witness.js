// Stands in the tablet's page before the app does, and tells what the database committed and what the screen said.
//
// It changes nothing that the app does. It can tap, set the clock, and stop the page for ever at one step of the queue,
// so that the tab can be killed exactly there. A killed page keeps nothing: what it notes goes out at the end of the task.
(() => {
  const wall = Date.now.bind(Date);
  const note = (what, about = {}) => window.stormNote?.(JSON.stringify({ what, at: wall(), ...about }));
  const watched = { wait: null, tapped: null, step: null, times: 0, full: false };

  // ---- stopping at a step ----

  const step = (name) => {
    if (watched.step !== name || (watched.times -= 1) > 0) return;
    // The proxy never answers this: the page stands, in the middle of whatever it did, until it is killed.
    const question = new XMLHttpRequest();
    question.open('POST', '/stuck', false);
    question.send();
  };

  // ---- the database: an entry is saved when the transaction that added it has completed ----

  const queue = new Map();
  let owed = null; // since when the header has differed from the queue
  const held = new Set();
  const works = new WeakMap();
  const hold = (rows) => {
    const fresh = rows.map((row) => row.id).filter((id) => !held.has(id));
    fresh.forEach((id) => held.add(id));
    if (fresh.length) note('held', { ids: fresh });
  };
  const moved = () => {
    note('queue', { size: queue.size });
    owed ??= performance.now();
    look();
  };

  const begin = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (...given) {
    const tx = begin.apply(this, given);
    const work = [];
    works.set(tx, work);
    tx.addEventListener('complete', () => {
      if (!work.length) return;
      for (const act of work) act();
      moved();
      step(work.adds ? 'saved, and nobody told' : 'out of the queue, and nobody told');
    });
    return tx;
  };
  for (const way of ['add', 'put']) {
    const real = IDBObjectStore.prototype[way];
    IDBObjectStore.prototype[way] = function (row, ...rest) {
      // A headless Chromium enforces no quota on so little: the refusal is made here, as the browser would word it.
      if (watched.full) throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
      if (this.name !== 'queue') return real.call(this, row, ...rest);
      if (way === 'add') step('before the write');
      const asked = real.call(this, row, ...rest);
      const work = works.get(this.transaction);
      work.adds ||= way === 'add';
      work.push(() => {
        queue.set(row.number, row.id);
        held.add(row.id);
        note('committed', { id: row.id, number: row.number });
      });
      if (way === 'add') step('written, not committed');
      return asked;
    };
  }
  const remove = IDBObjectStore.prototype.delete;
  IDBObjectStore.prototype.delete = function (key) {
    if (this.name !== 'queue') return remove.call(this, key);
    step('answered, before it leaves the queue');
    const asked = remove.call(this, key);
    works.get(this.transaction).push(() => queue.delete(key));
    step('leaving the queue, not committed');
    return asked;
  };
  for (const from of [IDBObjectStore, IDBIndex]) {
    const real = from.prototype.getAll;
    from.prototype.getAll = function (...given) {
      const asked = real.apply(this, given);
      const name = this.name === 'queue' ? 'queue' : this.objectStore?.name;
      if (name === 'queue' || name === 'sent') {
        asked.addEventListener('success', () => {
          hold(asked.result);
          if (name !== 'queue' || given.length) return;
          queue.clear();
          for (const row of asked.result) queue.set(row.number, row.id);
          moved();
        });
      }
      return asked;
    };
  }

  // ---- the network, as the page asks it ----

  const fetched = window.fetch;
  window.fetch = async (url, how) => {
    const sends = String(url).endsWith('/api/v1/sync') && !String(how?.body).includes('"submissions":[]');
    if (sends) step('before the request');
    const answer = await fetched(url, how);
    if (!sends) return answer;
    const read = answer.text.bind(answer);
    answer.text = async () => {
      const said = await read();
      step('answered, nothing applied');
      return said;
    };
    return answer;
  };

  // ---- the screen: each instant at which a row says another state, and the header's number ----

  const said = new Map();
  const look = () => {
    for (const row of document.querySelectorAll('[data-testid="resident-row"] [data-record]')) {
      const { record } = row.dataset;
      const state = row.querySelector('[data-testid="row-state"]')?.textContent.trim();
      if (!state || said.get(record) === state) continue;
      const first = !said.has(record);
      said.set(record, state);
      note('shown', { record, state });
      if (first) watched.wait?.(row.closest('[data-resident]').dataset.resident);
    }
    const failed = watched.tapped && document.querySelector(`[data-resident="${watched.tapped}"] .tm-row__failed`);
    if (failed) watched.wait?.(null);
    const header = document.querySelector('[data-testid="sync-header"]')?.dataset.queued;
    if (owed !== null && header === String(queue.size)) {
      note('header', { late_ms: Math.round(performance.now() - owed) });
      owed = null;
    }
  };
  const what = { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['data-record', 'data-queued'] };
  new MutationObserver(look).observe(document, what);

  // ---- hands ----

  const ONE_FINGER_MS = 650; // more than the guard against double taps (ui/hooks.ts)
  const taps = new Map();

  const find = (selector, within_ms) =>
    new Promise((done) => {
      const end = performance.now() + within_ms;
      const ask = () => {
        const found = document.querySelector(selector);
        if (found || performance.now() > end) done(found);
        else setTimeout(ask, 10);
      };
      ask();
    });

  const storm = {
    /** Tap *Same again* of each person, each when the row before has said what became of it. */
    async save(residents) {
      for (const resident of residents) {
        // A second tap on one row within a moment is one drink by design, also where a whole quick run lies between the two.
        const left = (taps.get(resident) ?? -ONE_FINGER_MS) + ONE_FINGER_MS - performance.now();
        if (left > 0) await new Promise((done) => setTimeout(done, left));
        const button = await find(`[data-resident="${resident}"] [data-testid="same-again"]`, 3_000);
        if (!button) return note('tapped', { missing: location.hash });
        const told = new Promise((done) => {
          watched.wait = (whose) => (whose === resident || whose === null) && done(whose !== null);
          setTimeout(() => done(null), 5_000);
        });
        // What the row said of an earlier tap is no word on this one.
        watched.tapped = button.closest('[data-resident]').querySelector('.tm-row__failed') ? null : resident;
        taps.set(resident, performance.now());
        const since = Date.now();
        button.click();
        const became = await told;
        watched.wait = null;
        if (became) continue;
        const shown = document.querySelector('dialog[open]') ?? button.closest('[data-resident]');
        // Ids say when they were made: one of between these two, committed later, is this tap's (witness.py).
        const about = { gone: !button.isConnected, shell: document.querySelector('[data-testid="unsaved"]') !== null, since, until: Date.now() };
        note('unsaved', { resident, why: became === null ? `nothing said: ${shown?.innerText}` : 'refused', ...about });
      }
      note('tapped');
    },

    /** Choose a name and enter a PIN; lock first when somebody else is in. Resolves with whether the list is there. */
    async enter(staff, pin) {
      document.querySelector('[data-testid="switch"]')?.click();
      (await find(`[data-testid="staff-tile"][data-staff="${staff}"]`, 10_000))?.click();
      await find('[data-testid="pin-key-0"]', 3_000);
      for (const digit of pin) document.querySelector(`[data-testid="pin-key-${digit}"]`)?.click();
      const inside = await find('[data-testid="switch"]', 20_000);
      location.hash = 'residents';
      return inside !== null && (await find('[data-testid="resident-row"]', 10_000)) !== null;
    },

    inside: () => document.querySelector('[data-testid="switch"]') !== null,
    lock: () => document.querySelector('[data-testid="switch"]')?.click(),
    /** Stop for ever when this step is reached for the so-manieth time. */
    stopAt: (name, times) => Object.assign(watched, { step: name, times }),
    /** Nothing more can be written, or again. */
    full: (on) => void (watched.full = on),
    /** [what waits, what the header says waits] */
    counts: () => [queue.size, Number(document.querySelector('[data-testid="sync-header"]')?.dataset.queued)],
  };

  // ---- the clock ----

  let shift = 0;
  const RealDate = Date;
  window.Date = class extends RealDate {
    constructor(...given) {
      if (given.length) super(...given);
      else super(wall() + shift);
    }
    static now() {
      return wall() + shift;
    }
  };
  storm.shift = (ms) => void (shift = ms);

  window.storm = storm;
})();
