import { api, el, field, form, main, notice } from './dom.js';
import { t } from './texts.js';

const EMAIL = ['email', t('email'), 'email', 'username'];
const NEW_PASSWORD = ['password', t('newPassword'), 'password', 'new-password'];

const linkTo = (text, action) => {
  const link = el('a', { href: '/' }, text);
  link.addEventListener('click', (event) => {
    event.preventDefault();
    action();
  });
  return link;
};

/** `done` shows the desk. */
export const firstRun = (done) =>
  form(
    t('firstRun'),
    [
      ['accountName', t('accountName'), 'text', 'organization'],
      ['name', t('yourName'), 'text', 'name'],
      EMAIL,
      NEW_PASSWORD,
      ['supportAddress', t('supportAddress'), 'email', 'off'],
    ],
    t('create'),
    async (values) => {
      await api('POST', '/setup', values);
      await api('POST', '/session', { email: values.email, password: values.password });
      await done();
    },
  );

export function signIn(done) {
  const submit = async (values, node) => {
    try {
      await api('POST', '/session', values);
    } catch (problem) {
      askFurther(problem, node);
      throw problem;
    }
    await done();
  };
  form(
    t('signIn'),
    [EMAIL, ['password', t('password'), 'password', 'current-password']],
    t('signIn'),
    submit,
    linkTo(t('forgot'), () => forgot(done)),
  );
  const code = new URLSearchParams(location.search).get('error');
  if (code) notice(t(`problem_${code}`) ?? t('problem_oidc_failed'));
}

/** The fields that only some need appear when the answer asks for them. */
function askFurther(problem, node) {
  const before = node.querySelector('.error');
  if (problem.code === 'totp_required' && !node.elements.namedItem('totp')) {
    before.before(field(['totp', t('totp'), 'text', 'one-time-code']));
    node.elements.namedItem('totp').focus();
  }
  const choices = problem.errors?.find(({ pointer }) => pointer === '/accountId')?.choices;
  if (choices && !node.elements.namedItem('accountId')) {
    const options = choices.map(({ id, name }) => el('option', { value: id }, name));
    before.before(el('label', {}, t('account'), el('select', { name: 'accountId' }, ...options)));
  }
}

const forgot = (done) =>
  form(
    t('forgot'),
    [EMAIL],
    t('sendLink'),
    async (values) => {
      await api('POST', '/password-resets', values);
      signIn(done);
      notice(t('linkSent'));
    },
    linkTo(t('back'), () => signIn(done)),
  );

/** The page of an invitation or of a reset. */
export const choosePassword = (token, done) =>
  form(t('choosePassword'), [NEW_PASSWORD], t('save'), async (values) => {
    try {
      await api('POST', `/password-resets/${encodeURIComponent(token)}`, values);
    } catch (problem) {
      if (problem.status !== 404) throw problem;
      main
        .querySelector('form')
        .replaceChildren(el('h1', {}, t('choosePassword')), el('p', { className: 'error', role: 'alert' }, t('linkGone')));
      main.querySelector('form').append(linkTo(t('forgot'), () => forgot(done)));
      return;
    }
    history.replaceState(null, '', '/');
    signIn(done);
    notice(t('passwordSet'));
  });
