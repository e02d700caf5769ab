import { type InvitedUser, type PasswordLink, paths, type Role, type User } from '@postern/protocol'
import { sessionCookie } from './authenticate.ts'
import { pageHeaders, type TestAccess, testPassword } from './test-access.ts'

/** A mail server of a test, and what it was given. */
export type TestMailServer = { port: number; mails: readonly { to: readonly string[]; raw: string }[] }

/** What administrators and people do over the doors of a hub, for tests of accounts and passwords. */
export function testPeople(system: TestAccess) {
  const door = { kind: 'machine', name: 'test', role: 'administrator', organizationId: system.organizationId } as const

  /** From now on mails go there. */
  async function withMail({ port }: TestMailServer): Promise<void> {
    await system.mail.settings.change(door, { ...noMail, smtpHost: '127.0.0.1', smtpPort: port })
  }

  async function withoutMail(): Promise<void> {
    await system.mail.settings.change(door, noMail)
  }

  /** As an administrator on the hub's own machine. */
  function post(url: string, payload: object) {
    return system.door.inject({ method: 'POST', url, payload })
  }

  async function invite(username: string, role: Role): Promise<InvitedUser> {
    return (await post(paths.invitations, { username, role, mailAddress: `${username}@example.org` })).json()
  }

  /** Somebody who has a mail address, and the test's password. */
  async function member(username: string, role: Role = 'analyst'): Promise<User> {
    const user: User = (await post(paths.users, { username, role, password: testPassword })).json()
    return (await change(user, { mailAddress: `${username}@example.org` })).json()
  }

  function change(user: User, wanted: object) {
    return system.door.inject({ method: 'PATCH', url: paths.user(user.id), payload: wanted })
  }

  async function giveLink(user: User): Promise<PasswordLink> {
    return (await post(paths.userPasswordLinks(user.id), {})).json()
  }

  /** From a page of the hub, by somebody who is not signed in. */
  function ask(url: string, payload: object, remoteAddress = '127.0.0.1') {
    return system.https.inject({ method: 'POST', url, headers: pageHeaders, remoteAddress, payload })
  }

  const checkLink = (linkToken: string) => ask(paths.passwordLinkChecks, { linkToken })
  const choose = (linkToken: string, password = testPassword) => ask(paths.chosenPasswords, { linkToken, password })
  const forgot = (name: string, remoteAddress?: string) => ask(paths.passwordRequests, { name }, remoteAddress)
  const trySignIn = (username: string, password = testPassword) => ask(paths.session, { username, password })

  /** @returns the session's cookie */
  async function signIn(username: string): Promise<string> {
    const { cookies } = await trySignIn(username)
    return cookies.find((each) => each.name === sessionCookie)?.value ?? ''
  }

  function me(session: string) {
    return system.https.inject({ url: paths.me, cookies: { [sessionCookie]: session } })
  }

  /** @returns what came of it; `token` is in its body where it was made */
  function makeToken(session: string, role: Role) {
    const cookies = { [sessionCookie]: session }
    const payload = { name: 'test', role }
    return system.https.inject({ method: 'POST', url: paths.tokens, headers: pageHeaders, cookies, payload })
  }

  async function later(minutes: number, what: () => Promise<unknown>): Promise<void> {
    const { now } = system
    system.now = new Date(now.getTime() + minutes * 60_000)
    await what()
    system.now = now
  }

  return {
    withMail,
    withoutMail,
    post,
    invite,
    member,
    change,
    giveLink,
    checkLink,
    choose,
    forgot,
    trySignIn,
    signIn,
    me,
    makeToken,
    later,
  }
}

/** What the address of a link ends in; nothing where the text holds none. */
export function tokenOf(text: string | null): string {
  return /\/password#([\w-]{43})/.exec(text ?? '')?.[1] ?? ''
}

/** Of the newest mail to an address. */
export function tokenMailedTo(server: TestMailServer, address: string | null): string {
  const mail = server.mails.findLast(({ to }) => to[0] === address)
  return tokenOf(mail?.raw.replaceAll(/=\r\n/g, '') ?? null)
}

const noMail = {
  smtpHost: '',
  smtpPort: 25,
  smtpSecurity: 'none' as const,
  smtpUsername: '',
  smtpFrom: 'postern@example.org',
  smtpCaCertificates: '',
}
