import { defineFeed, parameter, SourceRefused } from '../../index.ts'

/** An app that does what its parameters say, for tests of the launch itself. */
// oxlint-disable-next-line import/no-default-export -- an app's definition is its default export
export default defineFeed({
  name: 'sample-feed',
  displayName: 'Sample feed',
  version: '1.2.3',
  note: 'For tests of the SDK.',
  parameters: {
    behaviour: parameter.choice({
      label: 'Behaviour',
      values: ['succeed', 'partial', 'refused', 'defect', 'wait', 'forget', 'fetch'],
      default: 'succeed',
    }),
    password: parameter.secret({ label: 'Password' }),
    address: parameter.string({ label: 'Address' }),
    fingerprint: parameter.fingerprint({ label: 'Fingerprint' }),
    hosts: parameter.list({ label: 'Hosts' }),
  },
  state: ['cursor'],
  async collect({ parameters, batch, state, log, signal, external }) {
    log.debug('details', { cursor: state.get('cursor') ?? 'none' })
    for (const summary of parameters.hosts) await batch.addIndicator({ type: 'Host', summary })
    if (parameters.behaviour === 'forget') return { message: 'forgot to submit' }
    await batch.submit()
    state.set('cursor', `after ${state.get('cursor') ?? 'nothing'}`)
    switch (parameters.behaviour) {
      case 'refused':
        throw new SourceRefused(`the source does not accept ${parameters.password?.reveal() ?? ''}`)
      case 'defect':
        throw new TypeError('something is undefined')
      case 'wait':
        log.info('waiting')
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
        return { message: 'never' }
      case 'fetch': {
        const answer = await external({ fingerprint: parameters.fingerprint }).call(
          'GET',
          new URL(parameters.address ?? ''),
        )
        return { message: `fetched ${answer.body.toString()}` }
      }
      default:
        return {
          message: `done with ${parameters.password?.reveal() ?? 'no password'}`,
          partial: parameters.behaviour === 'partial',
        }
    }
  },
})
