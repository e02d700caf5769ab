import { type ChangeUser, InvitedUser, PasswordLink, paths, Role, User, UserPage } from '@postern/protocol'
import { Argument, Command, Option } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, type HubTarget, hubTarget } from '../hub-api.ts'
import { allRows } from '../rows-of.ts'
import { say } from '../say.ts'

export function usersCommand(): Command {
  return (
    new Command('users')
      // Else its own --json would take that of the commands below it.
      .enablePositionalOptions()
      .description("people's accounts: who there is, and with which role")
      .option('--json', 'one JSON object a line')
      .action(async ({ json }: { json?: boolean }) => {
        for (const user of await allRows(hubTarget(readCliConfig()), paths.users, UserPage)) {
          if (json === true) say.json(user)
          else say.row([user.username, user.role, user.mailAddress ?? '–', stateOf(user)])
        }
      })
      .addCommand(inviteCommand())
      .addCommand(linkCommand())
      .addCommand(roleCommand())
      .addCommand(
        changeCommand('disable', 'end the sessions and API tokens of a user at once, and let no one in', true),
      )
      .addCommand(changeCommand('enable', 'let a disabled user sign in again', false))
  )
}

function inviteCommand(): Command {
  return new Command('invite')
    .description('make an account; the link to choose a password is mailed, or printed where mail is not set up')
    .argument('<username>')
    .requiredOption('--mail <address>', 'where the link goes')
    .addOption(new Option('--role <role>', 'what the user may do').choices(Role.options).makeOptionMandatory())
    .action(async (username: string, { mail, role }: { mail: string; role: Role }) => {
      const { link } = await callHub(hubTarget(readCliConfig()), paths.invitations, InvitedUser, {
        json: { username, mailAddress: mail, role },
      })
      sayLink(link)
    })
}

function linkCommand(): Command {
  return new Command('link')
    .description('make a link by which a user chooses a password: an invitation anew, or a way back in')
    .argument('<username>')
    .action(async (username: string) => {
      const target = hubTarget(readCliConfig())
      const { id } = await findUser(target, username)
      sayLink(await callHub(target, paths.userPasswordLinks(id), PasswordLink, { method: 'POST' }))
    })
}

function roleCommand(): Command {
  return new Command('role')
    .description('give a user another role; API tokens of the user that are above it end')
    .argument('<username>')
    .addArgument(new Argument('<role>').choices(Role.options))
    .action(async (username: string, role: Role) => await change(username, { role }))
}

function changeCommand(name: string, description: string, isDisabled: boolean): Command {
  return new Command(name)
    .description(description)
    .argument('<username>')
    .action(async (username: string) => await change(username, { isDisabled }))
}

async function change(username: string, wanted: ChangeUser): Promise<void> {
  const target = hubTarget(readCliConfig())
  const { id } = await findUser(target, username)
  const user = await callHub(target, paths.user(id), User, { method: 'PATCH', json: wanted })
  say.line(`${user.username}: ${user.role}, ${stateOf(user)}`)
}

async function findUser(target: HubTarget, username: string): Promise<User> {
  const users = await allRows(target, paths.users, UserPage)
  const user = users.find((each) => each.username.toLowerCase() === username.toLowerCase())
  if (user === undefined) throw new Error(`There is no user ${username}. postern users lists them.`)
  return user
}

/** The link alone on standard output, so that a script can take it. */
function sayLink({ url, expiresAt, mail }: PasswordLink): void {
  if (url !== null) {
    say.error(
      mail === null
        ? `Good once, until ${expiresAt}. It was not mailed: mail is not set up, or the user has no address.`
        : `Good once, until ${expiresAt}. It was not mailed: ${mail.said}`,
    )
    say.line(url)
  } else say.line(`The link was mailed, and is good until ${expiresAt}. ${mail?.said ?? ''}`.trim())
}

function stateOf({ disabledAt, isInvited }: User): string {
  if (disabledAt !== null) return `disabled since ${disabledAt}`
  return isInvited ? 'invited' : 'active'
}
