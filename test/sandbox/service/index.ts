/**
 * What the OAuth providers of the sandbox have in common. To add one:
 *
 * 1. `class FooSandbox extends ServiceSandbox<FooConsent, FooLimits>` in `test/sandbox/foo/foo.ts`; its constructor takes
 *    `(clock, seed, initial)` and gives `super` its `ServiceFacts`: client, OAuth, limits, refusals, faults. It is
 *    mounted at `/foo`: every path that it sees is the one after that prefix.
 * 2. `answer(call)` is the API's reply to a call whose token is good; `callOf(request, grant)` says which account it is
 *    for and which `month` or other word a fault may be ordered for; `admit(call)` counts it against a `LimitBook` and
 *    refuses it in the provider's words (without it there are no limits).
 * 3. `fooControls(foo)` in `controls.ts` gives what a person may do over HTTP under `/__sandbox/foo`, besides what all have.
 * 4. One line each in `SERVICES` and `CONTROLS` of `test/sandbox/index.ts`. Then `sandbox.foo`, `npm run sandbox`, `bundledCredentials`,
 *    `Scenario.connect(name, consent, 'foo')` and `syncStage(seed, 'foo')` know it.
 */
export { LimitBook } from './limits';
export type { ConnectOptions, ProviderSandbox } from './provider-sandbox';
export { ServiceSandbox } from './service-sandbox';
export type { Admission, ApiCall, CallFacts, FaultReply, ServiceFacts } from './facts';
export type { ServiceConsent, ServiceSettings } from './settings';
export type { Grant } from './tokens';
