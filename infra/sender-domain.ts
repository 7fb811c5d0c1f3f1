import { Aws, CfnCondition, CfnOutput, Fn, Token } from 'aws-cdk-lib';
import { CfnEmailIdentity } from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import { parameter } from './constructs/parameter.ts';

/** The SES identity of the sender's domain, where the stack shall own it: Easy DKIM, and a MAIL FROM domain for SPF. */
export class SenderDomain extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const domain = parameter(this, 'SenderDomain', {
      description: 'Domain whose SES identity with DKIM the stack creates; empty where the identity exists',
      default: '',
      allowedPattern: '[a-z0-9.-]*',
    });
    const subdomain = parameter(this, 'MailFromSubdomain', {
      description: 'Such as bounce: the MAIL FROM domain is this one of SenderDomain; empty: that of SES',
      default: '',
      allowedPattern: '[a-z0-9-]*',
    });
    const given = (name: string, value: string) =>
      new CfnCondition(this, name, { expression: Fn.conditionNot(Fn.conditionEquals(value, '')) });
    const hasDomain = given('HasDomain', domain);
    const hasMailFrom = given('HasMailFrom', subdomain);

    const identity = new CfnEmailIdentity(this, 'Identity', {
      emailIdentity: domain,
      dkimAttributes: { signingEnabled: true },
      dkimSigningAttributes: { nextSigningKeyLength: 'RSA_2048_BIT' },
      mailFromAttributes: Token.asAny(
        Fn.conditionIf(
          hasMailFrom.logicalId,
          // Without its MX record mail leaves with the domain of SES.
          { MailFromDomain: Fn.join('.', [subdomain, domain]), BehaviorOnMxFailure: 'USE_DEFAULT_VALUE' },
          Aws.NO_VALUE,
        ),
      ),
    });
    identity.cfnOptions.condition = hasDomain;
    const records = [
      [identity.attrDkimDnsTokenName1, identity.attrDkimDnsTokenValue1],
      [identity.attrDkimDnsTokenName2, identity.attrDkimDnsTokenValue2],
      [identity.attrDkimDnsTokenName3, identity.attrDkimDnsTokenValue3],
    ];
    for (const [index, [name = '', value = '']] of records.entries()) {
      const output = `dkimRecord${index + 1}`;
      new CfnOutput(this, output, { value: `${name} CNAME ${value}`, condition: hasDomain }).overrideLogicalId(output);
    }
  }
}
