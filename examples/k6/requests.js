// The load of notification requests for those who have k6:
//   npm run up -- --port 5000 --open
//   k6 run examples/k6/requests.js
// BASE_URL is the address of the product, API_KEY its key (not needed with --open).
import { check, sleep } from 'k6';
import http from 'k6/http';

const BASE_URL = __ENV.BASE_URL || 'http://127.0.0.1:5000';
const KEY = __ENV.API_KEY ? { Authorization: `Bearer ${__ENV.API_KEY}` } : {};
const TYPES = ['email', 'sms', 'push'];

export const options = {
  stages: [{ duration: '40s', target: 200 }],
  thresholds: {
    checks: ['rate==1'],
    'http_req_duration{route:create}': ['p(95)<250'],
    'http_req_duration{route:process}': ['p(95)<250'],
    'http_req_duration{route:get}': ['p(95)<250'],
  },
};

export default function () {
  const body = JSON.stringify({
    to: `user${__VU}-${__ITER}@example.com`,
    message: `Hello ${__ITER}`,
    type: TYPES[__ITER % TYPES.length],
  });
  const created = http.post(`${BASE_URL}/v1/requests`, body, {
    headers: { ...KEY, 'Content-Type': 'application/json' },
    tags: { route: 'create' },
  });
  if (!check(created, { 'create is 201 with an id': (r) => r.status === 201 && Boolean(r.json('id')) })) return;
  const id = created.json('id');

  // Neither a body nor a Content-Type.
  const processed = http.post(`${BASE_URL}/v1/requests/${id}/process`, null, {
    headers: KEY,
    tags: { route: 'process', name: 'process' },
  });
  check(processed, { 'process is 200 or 202': (r) => r.status === 200 || r.status === 202 });
  sleep(0.5);

  const shown = http.get(`${BASE_URL}/v1/requests/${id}`, { headers: KEY, tags: { route: 'get', name: 'get' } });
  check(shown, {
    'get is 200 with a status': (r) =>
      r.status === 200 && ['queued', 'processing', 'sent', 'failed'].includes(r.json('status')),
  });
  sleep(1);
}
