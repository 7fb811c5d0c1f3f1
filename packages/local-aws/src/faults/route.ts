import { z } from 'zod';
import { type LocalRoute, problem } from '../gateway/local-routes.ts';
import type { Faults } from './faults.ts';

/** `GET` and `PUT /_local/faults`. */
export const faultsRoute =
  (faults: Faults): LocalRoute =>
  ({ method, body }) => {
    if (method === 'GET') return { status: 200, body: faults.current };
    if (method !== 'PUT') return problem(405, 'Faults are read with GET and replaced with PUT');
    let wanted: unknown;
    try {
      wanted = JSON.parse(body.toString());
    } catch {
      return problem(400, 'The body is not valid JSON');
    }
    try {
      return { status: 200, body: faults.replace(wanted) };
    } catch (error) {
      if (error instanceof z.ZodError) return problem(400, z.prettifyError(error));
      throw error;
    }
  };
