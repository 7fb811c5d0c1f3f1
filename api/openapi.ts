import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiMediaTypeObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { exampleProblem, PROBLEM_TYPE, problemSchema } from './problem.ts';
import { type AnswerDoc, type ProblemDoc, ROUTES, type RouteDoc } from './routes.ts';
import { ROUTE_SCOPES } from './scopes.ts';

const DESCRIPTION = `Upload a CSV: every valid row becomes one email, sent once, at the allowed rate, and its state is visible.

Every call except the health check needs an API key: \`Authorization: Bearer <key>\`. A key has one or more of the scopes send, read and operate.
API Gateway answers 401 without a key, and 403 to a wrong one or one without the scope of the route. Errors of the product are RFC 9457 documents.
The GraphQL API answers the state of each email: \`POST /graphql\`.`;

/** The API as OpenAPI 3.1, generated from the schemas that validate it. */
export function openApiDocument(routes: readonly RouteDoc[] = ROUTES): Record<string, unknown> {
  return createDocument({
    openapi: '3.1.0',
    info: { title: 'Pregón', version: '0.1.0', description: DESCRIPTION, license: { name: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    security: [{ apiKey: [] }],
    paths: pathsOf(routes),
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, made by npm run keys.' },
      },
    },
  }) as unknown as Record<string, unknown>;
}

function pathsOf(routes: readonly RouteDoc[]): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) };
  }
  return paths;
}

function operationOf(route: RouteDoc): ZodOpenApiOperationObject {
  const { operationId, summary, tag, params, body, open } = route;
  const scopes = open ? [] : scopesOf(route);
  const needs = scopes.length === 0 ? [] : [`The key needs the scope \`${scopes.join('` or `')}\`.`];
  const description = [...(route.description === undefined ? [] : [route.description]), ...needs].join('\n\n');
  return {
    operationId,
    summary,
    ...(description === '' ? {} : { description }),
    tags: [tag],
    // Each entry is one way to be authorized. Its list names what the key must be allowed, as OpenAPI 3.1 lets every scheme say.
    security: scopes.map((scope) => ({ apiKey: [scope] })),
    ...(params ? { requestParams: params } : {}),
    ...(body
      ? {
          requestBody: {
            required: body.required ?? true,
            content: {
              [body.contentType ?? 'application/json']: { schema: body.schema, ...examplesOf(body.examples) },
            },
          },
        }
      : {}),
    responses: responsesOf(route),
  };
}

const scopesOf = ({ method, path }: RouteDoc): readonly string[] =>
  ROUTE_SCOPES[`${method.toUpperCase()} ${path}`] ?? [];

/** The answers that API Gateway gives by itself. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html */
const gatewaySchema = z
  .object({ message: z.string() })
  .meta({ id: 'GatewayMessage', description: 'An answer of API Gateway itself' });

/** As API Gateway answers them. */
const GATEWAY_MESSAGES: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** What any route may answer besides its own answers. */
function commonAnswers({ body, open, params }: RouteDoc): {
  gateway: Record<number, string>;
  problems: Record<number, string>;
} {
  return {
    gateway: {
      ...(open ? {} : { 401: 'No API key', 403: 'A wrong API key, or one without the scope' }),
      // An empty value makes another path, and no other method of a path has a route.
      ...(params?.path ? { 404: 'The path is another one' } : {}),
      ...(body ? { 413: 'The body is larger than 10 MB, or than 6 MB in base64' } : {}),
      429: 'Too many requests at this moment',
      500: 'The function failed',
      503: 'The function did not answer in time, or too many run',
    },
    problems: {
      ...(body ? { 415: 'The body is compressed' } : {}),
      500: 'Something went wrong on our side; report the `requestId`',
      503: 'A service is busy: `Retry-After` says when to try again',
    },
  };
}

function responsesOf(route: RouteDoc): ZodOpenApiResponsesObject {
  const { answers, problems: own = {} } = route;
  const { gateway, problems: common } = commonAnswers(route);
  const problems: Record<number, string | ProblemDoc> = { ...common, ...own };
  const responses: Record<string, ReturnType<typeof answerOf>> = {};
  for (const [status, answer] of Object.entries(answers)) responses[status] = answerOf(answer);
  for (const status of Object.keys({ ...problems, ...gateway }).map(Number)) {
    const problem = problems[status];
    const described = [typeof problem === 'object' ? problem.description : problem, gateway[status]];
    responses[status] = {
      description: described.filter((text) => text !== undefined).join(', or '),
      content: {
        ...(problem === undefined ? {} : problemContent(status, problem)),
        ...(gateway[status] === undefined ? {} : gatewayContent(status)),
      },
    };
  }
  return responses as ZodOpenApiResponsesObject;
}

const problemContent = (status: number, problem: string | ProblemDoc) => ({
  [PROBLEM_TYPE]: {
    schema: problemSchema,
    ...(typeof problem === 'string' ? { example: exampleProblem(status, problem) } : examplesOf(problem.examples)),
  },
});

const gatewayContent = (status: number) => ({
  'application/json': { schema: gatewaySchema, example: { message: GATEWAY_MESSAGES[status] } },
});

function answerOf({
  description,
  schema,
  contentType = 'application/json',
  example,
}: AnswerDoc): ZodOpenApiResponsesObject['200'] {
  if (!schema) return { description };
  return { description, content: { [contentType]: { schema, ...(example === undefined ? {} : { example }) } } };
}

function examplesOf(examples: Record<string, unknown> | undefined): Pick<ZodOpenApiMediaTypeObject, 'examples'> {
  if (!examples) return {};
  return { examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])) };
}
