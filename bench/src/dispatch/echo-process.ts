/** The other side's second client, `node echo-process.ts PORT`: answers each command with an event. */
import { connect } from 'node:net'
import { topics } from '@postern/protocol'
import { MqttParty } from './mqtt-party.ts'

const party = await MqttParty.connect(
  connect(Number(process.argv[2]), '127.0.0.1'),
  'echo',
  [topics.commands('1')],
  (_topic, payload) => party.publish(topics.executionEvents('1'), payload.toString().slice(0, answerCharacters)),
)
/** About as long as an execution event. */
const answerCharacters = 250
process.once('SIGTERM', () => process.exit(0))
process.stdout.write('ready\n')
