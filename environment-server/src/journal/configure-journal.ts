import type { ConfigureAnswer, ConfigureCommand } from '@postern/protocol'
import type { DatabaseSync } from 'node:sqlite'

/** Answers that the hub has not heard; more commands are refused unanswered. */
const answersMax = 100

/**
 * Configure commands that were taken, with their answers (D31). A command is known until its time is long over, so that it is done
 * once; its answer waits until the hub has it.
 */
export class ConfigureJournal {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  has({ commandId }: Pick<ConfigureCommand, 'commandId'>): boolean {
    return this.#database.prepare('select 1 from configure_command where command_id = ?').get(commandId) !== undefined
  }

  /** @param forgetAfter epoch milliseconds, by the hub's clock */
  answer({ commandId, outcome, detail }: ConfigureAnswer, forgetAfter: number): void {
    this.#database
      .prepare(
        'insert or ignore into configure_command (command_id, outcome, detail, forget_after) values (?, ?, ?, ?)',
      )
      .run(commandId, outcome, detail, forgetAfter)
  }

  /** The hub asks again: it has not heard. */
  answerAgain({ commandId }: Pick<ConfigureCommand, 'commandId'>): void {
    this.#database.prepare('update configure_command set told = 0 where command_id = ?').run(commandId)
  }

  untold(): ConfigureAnswer[] {
    const rows = this.#database
      .prepare('select command_id, outcome, detail from configure_command where told = 0 order by rowid limit ?')
      .all(answersMax) as { command_id: string; outcome: ConfigureAnswer['outcome']; detail: string }[]
    return rows.map(({ command_id: commandId, outcome, detail }) => ({ commandId, outcome, detail }))
  }

  told(answers: readonly ConfigureAnswer[]): void {
    const mark = this.#database.prepare('update configure_command set told = 1 where command_id = ?')
    for (const { commandId } of answers) mark.run(commandId)
  }

  forgetOld(now: number): void {
    this.#database.prepare('delete from configure_command where told = 1 and forget_after < ?').run(now)
  }
}
