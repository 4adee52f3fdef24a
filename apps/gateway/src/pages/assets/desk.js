import { api, el, main, notice } from './dom.js';
import { choosePassword, firstRun, signIn } from './sign-in.js';
import { language, t } from './texts.js';

const nav = document.querySelector('#nav');
document.documentElement.lang = language;
for (const node of document.querySelectorAll('[data-text]')) node.textContent = t(node.dataset.text);

async function desk() {
  notice('');
  const me = await api('GET', '/me');
  nav.hidden = false;
  nav.querySelector('[data-text=outbox]').hidden = !me.user.superAdmin;
  const list = el('div', { className: 'list' });
  const detail = el('section', {}, el('p', { className: 'empty' }, t('choose')));
  main.replaceChildren(el('h1', {}, t('tickets')), el('div', { className: 'desk' }, list, detail));
  let pipelines;
  try {
    ({ items: pipelines } = await api('GET', '/pipelines'));
  } catch (problem) {
    if (problem.code !== 'no_helpdesk_access') throw problem;
    return main.replaceChildren(el('h1', {}, t('noAccess')), el('p', { className: 'empty' }, t('noAccessWhy')));
  }
  const known = { pipelines, names: await namesOf(), can: (capability) => me.capabilities.includes(capability) };
  let current;
  const refresh = async () => {
    const { items } = await api('GET', '/tickets?limit=50');
    if (items.length === 0) return list.replaceChildren(el('p', { className: 'empty' }, t(me.user.superAdmin ? 'empty' : 'emptyForMe')));
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
          await show(detail, ticket.id, known, refresh);
          await refresh();
        });
        return row;
      }),
    );
  };
  // Links in notifications: /t/<view>/<ticket>.
  const [, place, , linked] = location.pathname.split('/');
  if (place === 't' && linked) await show(detail, (current = linked), known, refresh).catch((problem) => notice(problem.message));
  await refresh();
  setInterval(() => document.hidden || refresh().catch(() => undefined), 5000);
}

const stagesOf = (pipelines, ticket) => pipelines.find((p) => p.id === ticket.pipelineId)?.stages ?? [];
const stageName = (pipelines, ticket) => stagesOf(pipelines, ticket).find((s) => s.id === ticket.stageId)?.name ?? '';

/** Names of users and teams by id, for what is told of changes. */
async function namesOf() {
  const [users, teams] = await Promise.all([api('GET', '/users?limit=200'), api('GET', '/teams?limit=200')]);
  return new Map([...users.items, ...teams.items].map(({ id, name }) => [id, name]));
}

async function show(detail, id, known, refresh) {
  const { pipelines, names, can } = known;
  const ticket = await api('GET', `/tickets/${id}?include=timeline`);
  const stage = el(
    'select',
    { ariaLabel: t('status'), disabled: !can('ticket.edit') },
    ...stagesOf(pipelines, ticket).map((s) => el('option', { value: s.id, selected: s.id === ticket.stageId }, s.name)),
  );
  stage.addEventListener('change', async () => {
    await api('PATCH', `/tickets/${id}`, { stageId: stage.value }).catch((problem) => notice(problem.message));
    await show(detail, id, known, refresh);
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
        await show(detail, id, known, refresh);
      });
      notice(t('sent'), undo);
      await show(detail, id, known, refresh);
    } catch (problem) {
      notice(problem.message);
    }
  });
  // On a narrow screen it stands below the list.
  if (detail.offsetTop > detail.parentElement.offsetTop + 100) setTimeout(() => detail.scrollIntoView());
  detail.replaceChildren(
    el('h1', {}, `#${ticket.number} ${ticket.name}`),
    el('div', { className: 'bar' }, el('label', {}, t('status'), stage)),
    ...ticket.timeline.items.map((item) => entry(item, names)),
    can('ticket.reply') ? reply : '',
  );
}

function entry(item, names) {
  if (item.kind === 'event') {
    const told = (value, label) => label ?? names.get(value) ?? (value === null ? '–' : String(value));
    const changes = (item.event ?? []).map((c) => `${t(c.field) ?? c.field}: ${told(c.old, c.oldLabel)} → ${told(c.new, c.newLabel)}`);
    return el('div', { className: 'entry event' }, `${changes.join('; ')} · ${item.author.name} · ${when(item.createdAt)}`);
  }
  const node = el(
    'article',
    { className: `entry ${item.direction}` },
    el('b', {}, item.author.name),
    el(
      'div',
      { className: 'meta' },
      [item.kind === 'comment' && t('comment'), when(item.createdAt), item.state && `${t('delivery')}: ${item.state}`, item.stateDetail]
        .filter(Boolean)
        .join(' · '),
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

if (document.body.dataset.state === 'first-run') firstRun(desk);
else if (location.pathname.startsWith('/password/')) choosePassword(location.pathname.split('/')[2], desk);
else
  await api('GET', '/me').then(desk, (problem) => {
    if (problem.status !== 401) notice(problem.message);
    signIn(desk);
  });
