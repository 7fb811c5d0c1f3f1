import { App } from 'aws-cdk-lib';
import { FEATURE_FLAGS } from './feature-flags.ts';
import { PregonStack } from './pregon-stack.ts';
import { STAGES } from './stages.ts';

const app = new App({ context: FEATURE_FLAGS });
for (const stage of Object.values(STAGES)) {
  new PregonStack(app, `pregon-${stage.name}`, {
    stage,
    description: `Pregon ${stage.name}: email campaigns on Step Functions`,
  });
}
app.synth();
