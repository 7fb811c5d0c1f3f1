import { CfnCondition, Fn } from 'aws-cdk-lib';
import type { CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { Construct } from 'constructs';
import { type Access, secretAccess } from './constructs/access.ts';
import { GeneratedSecret } from './constructs/operator-secret.ts';
import { numberParameter, parameter } from './constructs/parameter.ts';
import { MEMORY, ProductFunction } from './constructs/product-function.ts';
import type { Foundation } from './foundation.ts';

const KEYS_VARIABLE = 'UNSUBSCRIBE_KEYS_SECRET_ARN';

/** Consent: the unsubscribe links with their keys, and the suppression list. */
export class Consent extends Construct {
  readonly keysSecretArn: string;
  /** What mails without a link end with, in the environment of a function. */
  readonly footer: Readonly<Record<'UNSUBSCRIBE_FOOTER', string>>;
  /** What makes unsubscribe links: the keys. */
  readonly links: Access;
  readonly #givenBaseUrl: string;

  constructor(scope: Construct, id: string, shared: Foundation) {
    super(scope, id);
    const { table, control } = shared;
    const keys = new GeneratedSecret(this, 'UnsubscribeKeys', shared, {
      name: 'unsubscribe-keys',
      description:
        'Keys that sign unsubscribe links; npm run keys -- rotate-unsubscribe adds one, old ones still verify',
      template: { current: '1' },
      generatedKey: '1',
    });
    this.keysSecretArn = keys.secretArn;
    const keyAccess = secretAccess(keys, KEYS_VARIABLE);
    this.footer = {
      UNSUBSCRIBE_FOOTER: parameter(this, 'UnsubscribeFooter', {
        description: 'Words of the link at the end of campaign mail that has no {{unsubscribe_url}}; empty: no footer',
        default: 'Unsubscribe',
      }),
    };
    this.links = { ...keyAccess, environment: { ...keyAccess.environment, ...this.footer } };
    this.#givenBaseUrl = parameter(this, 'UnsubscribeBaseUrl', {
      description:
        'Address that unsubscribe links begin with, such as https://mail.example.com; empty: that of the API',
      default: '',
      allowedPattern: '|https://[^\\s?#<>]+',
    });

    new ProductFunction(this, 'Unsubscribe', shared, {
      name: 'unsubscribe',
      description: 'The links of unsubscribing: a page that asks, and the one-click of RFC 8058; without a key',
      routes: UNSUBSCRIBE_ROUTES,
      withoutKey: true,
      memory: MEMORY.requests,
      access: [keyAccess, control.access(['GetItem', 'UpdateItem']), table.access(['PartiQLUpdate'])],
    });
    new ProductFunction(this, 'Suppressions', shared, {
      name: 'suppressions',
      description: 'The suppression list: addresses that get no campaign mail',
      routes: [
        'GET /suppressions',
        'GET /suppressions.csv',
        'POST /suppressions',
        'PUT /suppressions/{address}',
        'DELETE /suppressions/{address}',
      ],
      memory: MEMORY.files,
      access: [control.access(['GetItem', 'UpdateItem', 'DeleteItem', 'Query'])],
    });
  }

  /** Gives a function that sends campaign mail the address of its links: the parameter, or else that of the API. */
  giveBaseUrl(sender: ProductFunction, apiUrl: string): void {
    const isGiven = new CfnCondition(this, 'BaseUrlIsGiven', {
      expression: Fn.conditionNot(Fn.conditionEquals(this.#givenBaseUrl, '')),
    });
    sender.addEnvironment(
      'UNSUBSCRIBE_BASE_URL',
      Fn.conditionIf(isGiven.logicalId, this.#givenBaseUrl, apiUrl).toString(),
    );
  }

  /** Limits the requests without a key to a rate of their own, so that they take nothing from the rest of the API. */
  throttle(stage: CfnStage): void {
    const settings = {
      ThrottlingRateLimit: numberParameter(this, 'UnsubscribeRate', {
        description: 'Requests per second of each unsubscribe route that the API accepts',
        default: 200,
        minValue: 1,
      }),
      ThrottlingBurstLimit: numberParameter(this, 'UnsubscribeBurst', {
        description: 'Requests of each unsubscribe route that the API accepts at once',
        default: 400,
        minValue: 1,
      }),
    };
    stage.routeSettings = Object.fromEntries(UNSUBSCRIBE_ROUTES.map((route) => [route, settings]));
  }
}

const UNSUBSCRIBE_ROUTES = [
  'GET /unsubscribe/{token}',
  'HEAD /unsubscribe/{token}',
  'POST /unsubscribe/{token}',
] as const;
