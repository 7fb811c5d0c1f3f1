import { z } from 'zod';
import { parseInput, parseJsonBody } from '../../../api/parse.ts';
import { problemOf, problemSchema } from '../../../api/problem.ts';
import { PregonError } from '../../../core/errors.ts';

describe('a problem document', () => {
  it('has code, detail and the members that the error adds', () => {
    const problem = problemOf(
      new PregonError('InvalidCsv', 'Line 3 has a NUL character.', { line: 3, status: 'x' }),
      'r1',
    );

    expect(problem).toEqual({
      type: 'urn:pregon:problem:InvalidCsv',
      title: 'The CSV file is not valid',
      status: 400,
      detail: 'Line 3 has a NUL character.',
      error: 'Line 3 has a NUL character.',
      code: 'InvalidCsv',
      line: 3,
    });
    expect(problemSchema.safeParse(problem).success).toBe(true);
  });

  it.each([
    ['an unknown error', new Error('password=hunter2')],
    ['an internal error', new PregonError('Internal', 'password=hunter2', { secret: 'hunter2' })],
    ['a value that is not an error', 'hunter2'],
  ])('masks %s and gives the id to report', (_name, error) => {
    const problem = problemOf(error, 'request-1');

    expect(problem).toMatchObject({ status: 500, code: 'Internal', requestId: 'request-1' });
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });
});

describe('parsing input', () => {
  const schema = z.strictObject({ a: z.string(), b: z.number().default(1) });

  it('names every wrong field', () => {
    expect(() => parseInput(schema, { b: 'x' }, 'The form')).toThrow(/The form is not valid\. a: .+; b: .+\./);
  });

  it('takes an absent body for an empty object and refuses a body that is not JSON', () => {
    const optional = z.strictObject({ a: z.string().optional() });

    expect(parseJsonBody(optional, undefined)).toEqual({});
    expect(parseJsonBody(optional, ' ')).toEqual({});
    expect(() => parseJsonBody(optional, '{')).toThrow('not valid JSON');
    expect(() => parseJsonBody(optional, 'null')).toThrow(PregonError);
  });
});
