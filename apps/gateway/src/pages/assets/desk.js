import { language, t } from './texts.js';

const main = document.querySelector('#main');
const nav = document.querySelector('#nav');
const status = document.querySelector('#status');
document.documentElement.lang = language;
for (const node of document.querySelectorAll('[data-text]')) node.textContent = t(node.dataset.text);

/** Text always goes in as text: nothing a customer wrote is ever read as HTML here. */
const el = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
};

async function api(method, path, body) {
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers: body ? { 'content-type': 'application/json' } : {},
    body: body && JSON.stringify(body),
  });
  const answer = response.status === 204 ? null : await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.detail), answer);
  return answer;
}

let noticeTimer;
function notice(text, action) {
  status.replaceChildren(text, action ? ' ' : '', action ?? '');
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => status.replaceChildren(), 9000);
}

function form(title, fields, button, submit) {
  const error = el('p', { className: 'error', role: 'alert' });
  const inputs = fields.map(([name, label, type, autocomplete]) => {
    const input = el('input', { name, type, autocomplete, required: true });
    return el('label', {}, label, input);
  });
  const node = el('form', { className: 'card' }, el('h1', {}, title), ...inputs, error, el('button', { className: 'primary' }, button));
  node.addEventListener('submit', async (event) => {
    event.preventDefault();
    error.textContent = '';
    try {
      await submit(Object.fromEntries(new FormData(node)));
    } catch (problem) {
      error.textContent = problem.message;
      const field = problem.errors?.[0]?.pointer.slice(1);
      node.elements.namedItem(field)?.focus();
    }
  });
  main.replaceChildren(node);
  node.querySelector('input').focus();
}

const firstRun = () =>
  form(
    t('firstRun'),
    [
      ['accountName', t('accountName'), 'text', 'organization'],
      ['name', t('yourName'), 'text', 'name'],
      ['email', t('email'), 'email', 'username'],
      ['password', t('newPassword'), 'password', 'new-password'],
      ['supportAddress', t('supportAddress'), 'email', 'off'],
    ],
    t('create'),
    async (values) => {
      await api('POST', '/setup', values);
      await api('POST', '/session', { email: values.email, password: values.password });
      await desk();
    },
  );

const signIn = () =>
  form(
    t('signIn'),
    [
      ['email', t('email'), 'email', 'username'],
      ['password', t('password'), 'password', 'current-password'],
    ],
    t('signIn'),
    async (values) => {
      await api('POST', '/session', values);
      await desk();
    },
  );

async function desk() {
  nav.hidden = false;
  const list = el('div', { className: 'list' });
  const detail = el('section', {}, el('p', { className: 'empty' }, t('choose')));
  main.replaceChildren(el('h1', {}, t('tickets')), el('div', { className: 'desk' }, list, detail));
  const { items: pipelines } = await api('GET', '/pipelines');
  let current;
  const refresh = async () => {
    const { items } = await api('GET', '/tickets?limit=50');
    if (items.length === 0) return list.replaceChildren(el('p', { className: 'empty' }, t('empty')));
    return list.replaceChildren(
      ...items.map((ticket) => {
        const row = el(
          'button',
          { className: 'row' },
          el('b', {}, `#${ticket.number} ${ticket.name}`),
          el('span', {}, `${ticket.contact?.name ?? '–'} · ${stageName(pipelines, ticket)}`),
          el('span', {}, ticket.excerpt),
        );
        row.setAttribute('aria-current', String(ticket.id === current));
        row.addEventListener('click', async () => {
          current = ticket.id;
          await show(detail, ticket.id, pipelines, refresh);
          await refresh();
        });
        return row;
      }),
    );
  };
  // Links in notifications: /t/<view>/<ticket>.
  const [, place, , linked] = location.pathname.split('/');
  if (place === 't' && linked) await show(detail, (current = linked), pipelines, refresh).catch((problem) => notice(problem.message));
  await refresh();
  setInterval(() => document.hidden || refresh().catch(() => undefined), 5000);
}

const stagesOf = (pipelines, ticket) => pipelines.find((p) => p.id === ticket.pipelineId)?.stages ?? [];
const stageName = (pipelines, ticket) => stagesOf(pipelines, ticket).find((s) => s.id === ticket.stageId)?.name ?? '';

async function show(detail, id, pipelines, refresh) {
  const ticket = await api('GET', `/tickets/${id}?include=timeline`);
  const stage = el(
    'select',
    { ariaLabel: t('status') },
    ...stagesOf(pipelines, ticket).map((s) => el('option', { value: s.id, selected: s.id === ticket.stageId }, s.name)),
  );
  stage.addEventListener('change', async () => {
    await api('PATCH', `/tickets/${id}`, { stageId: stage.value }).catch((problem) => notice(problem.message));
    await show(detail, id, pipelines, refresh);
    await refresh();
  });
  const text = el('textarea', { rows: 5, required: true, ariaLabel: t('reply'), placeholder: t('reply') });
  const reply = el('form', { className: 'reply' }, text, el('div', {}, el('button', { className: 'primary' }, t('send'))));
  reply.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      const message = await api('POST', `/tickets/${id}/replies`, { text: text.value, threadVersion: ticket.threadVersion });
      const undo = el('button', {}, t('undo'));
      undo.addEventListener('click', async () => {
        await api('POST', `/messages/${message.id}/cancel`).then(
          () => notice(t('undone')),
          (problem) => notice(problem.message),
        );
        await show(detail, id, pipelines, refresh);
      });
      notice(t('sent'), undo);
      await show(detail, id, pipelines, refresh);
    } catch (problem) {
      notice(problem.message);
    }
  });
  detail.replaceChildren(
    el('h1', {}, `#${ticket.number} ${ticket.name}`),
    el('div', { className: 'bar' }, el('label', {}, t('status'), stage)),
    ...ticket.timeline.items.map(entry),
    reply,
  );
}

function entry(item) {
  if (item.kind === 'event') return el('div', { className: 'entry event' }, `${item.text} · ${item.author.name} · ${when(item.createdAt)}`);
  const node = el(
    'article',
    { className: `entry ${item.direction}` },
    el('b', {}, item.author.name),
    el(
      'div',
      { className: 'meta' },
      [when(item.createdAt), item.state && `${t('delivery')}: ${item.state}`, item.stateDetail].filter(Boolean).join(' · '),
    ),
  );
  node.append(el('p', {}, item.text));
  for (const file of item.attachments)
    node.append(el('a', { href: `/api/v1/attachments/${file.id}`, className: 'meta' }, `⎙ ${file.filename} `));
  if (item.hasHtml || item.hasQuote) {
    const open = el('details', {}, el('summary', { className: 'meta' }, t('html')));
    open.addEventListener('toggle', () => {
      if (open.open && !open.querySelector('iframe'))
        open.append(
          el('iframe', {
            src: `/api/v1/messages/${item.id}/body`,
            title: item.subject ?? '',
            sandbox: 'allow-popups allow-popups-to-escape-sandbox',
          }),
        );
    });
    node.append(open);
  }
  return node;
}

const when = (iso) => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));

document.querySelector('#sign-out').addEventListener('click', async () => {
  await api('DELETE', '/session');
  location.reload();
});

if (document.body.dataset.state === 'first-run') firstRun();
else
  await api('GET', '/me').then(desk, (problem) => {
    if (problem.status !== 401) notice(problem.message);
    signIn();
  });
