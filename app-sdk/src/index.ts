export { defineAction, defineAlerts, defineExport, defineFeed } from './define/app.ts'
export type { ActionApp, AlertsApp, App, AppFacts, ExportApp, FeedApp, Outcome } from './define/app.ts'
export type { ActionContext, AppContext, CollectContext, ExportContext } from './define/context.ts'
export type { Parameter, ParameterEntry, ParameterOptions, Parameters, ValuesOf } from './define/parameter.ts'
export { parameter } from './define/parameter-builders.ts'
export { addressUrl } from './define/read-address.ts'
export { ParameterProblem, readParameters } from './define/read-parameters.ts'
export { allParameters, manifestOf, programMain, programNameOf } from './define/manifest.ts'
export type { Manifest } from './define/manifest.ts'
export { runApp } from './launch/run-app.ts'
export { Secret } from './launch/secret.ts'
export type { State } from './launch/state.ts'
export type { Logger, LogFacts, LogLevel } from './launch/logger.ts'
export { SourceRefused, SourceUnavailable, SourceUnreadable } from './net/source-errors.ts'
export type { ExternalSession, ExternalSessionOptions, CallOptions } from './net/external-session.ts'
export type { Answer, RequestBody } from './net/exchange.ts'
export { HubProblem } from './net/hub-session.ts'
export type { HubCall, HubSession } from './net/hub-session.ts'
export { jsonDepthMax, parseJson } from './net/parse-json.ts'
export type { Batch, BatchTotals } from './batch/batch.ts'
export { BatchFailed } from './batch/submit-chunk.ts'
export type { AssociationItem, Attribute, GroupItem, IndicatorItem } from './batch/batch-item.ts'
export { NotReadable } from './export/control.ts'
export type { ExportControl, RefusedValue, Value } from './export/control.ts'
export type { CollectionVersion, PlanStore, ValuesFile, VersionValues } from './export/plan-store.ts'
export { exitCodeOf, runExport } from './export/run-export.ts'
export { guardBounds } from './export/guards.ts'
export { SortedSpill } from './spill/sorted-spill.ts'
export type { SpillRow } from './spill/sorted-spill.ts'
export { readDay, readTime } from './time.ts'
// What apps need of the domain and of the wire, so that they import nothing else.
export {
  canonicalise,
  detectType,
  indicatorTypes,
  parseIndicatorType,
  parseTlp,
  printTql,
  readSimpleStixPattern,
  splitFileSummary,
  stix20Bundle,
  stix20Indicator,
  stixId,
  stixPattern,
} from '@postern/intel'
export type { GroupType, IndicatorType, Stix20Bundle, Stix20Indicator, Stix20Object, TlpLevel } from '@postern/intel'
export { exitCodes, IndicatorPage, paths } from '@postern/protocol'
export type { AppKind, InstallJson, PosternJson } from '@postern/protocol'
