import { isTemporary, PregonError } from '../../../core/errors.ts';

const errorOf = (name: string, more: object = {}) => Object.assign(new Error('on purpose'), { name, ...more });

it.each([
  ['a 5xx of a service, whatever its name', errorOf('AnErrorOfNextYear', { $metadata: { httpStatusCode: 500 } })],
  ['a 429, whatever its name', errorOf('AnErrorOfNextYear', { $metadata: { httpStatusCode: 429 } })],
  ['an error that the SDK marks', errorOf('AnErrorOfNextYear', { $retryable: {}, $metadata: { httpStatusCode: 400 } })],
  ['a throttle by another name', errorOf('RequestThrottledNextYear', { $metadata: { httpStatusCode: 400 } })],
  ['a host that cannot be resolved', errorOf('Error', { code: 'ENOTFOUND', syscall: 'getaddrinfo' })],
  ['a network that cannot be reached', errorOf('Error', { code: 'ENETUNREACH', syscall: 'connect' })],
  ['a request that expired on its way', errorOf('RequestExpired', { $metadata: { httpStatusCode: 400 } })],
  ['a provider that is down', new PregonError('ProviderUnavailable', 'Down.')],
])('%s is temporary', (_, error) => {
  expect(isTemporary(error)).toBe(true);
});

it.each([
  ['a refusal', errorOf('ValidationException', { $metadata: { httpStatusCode: 400 } })],
  ['a condition that failed', errorOf('ConditionalCheckFailedException', { $metadata: { httpStatusCode: 400 } })],
  ['an error of the product', new TypeError('undefined is not a function')],
  ['an account that is paused', new PregonError('SendingPaused', 'Paused.')],
])('%s is not temporary', (_, error) => {
  expect(isTemporary(error)).toBe(false);
});
