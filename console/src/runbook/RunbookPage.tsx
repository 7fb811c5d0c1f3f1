import Container from '@cloudscape-design/components/container';
import { useEffect } from 'react';
import runbook from '../../../docs/runbook.md';
import { usePageTitle } from '../frame/Breadcrumbs.tsx';
import { t } from '../i18n/texts.ts';
import { RUNBOOK } from './links.ts';
import './runbook.css';

/** The runbook of this release, at the section that the address names. It is written in English. */
export default function RunbookPage() {
  usePageTitle([{ text: t.frame.runbook, href: RUNBOOK }]);
  useEffect(() => {
    document.getElementById(window.location.hash.slice(1))?.scrollIntoView();
  }, []);
  return (
    <Container>
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: the build made it from a document of this repository */}
      <article className="pg-document" lang="en" dangerouslySetInnerHTML={{ __html: runbook }} />
    </Container>
  );
}
