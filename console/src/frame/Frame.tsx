import AppLayoutToolbar from '@cloudscape-design/components/app-layout-toolbar';
import SideNavigation from '@cloudscape-design/components/side-navigation';
import TopNavigation from '@cloudscape-design/components/top-navigation';
import { type MouseEvent, type ReactNode, useMemo, useState } from 'react';
import { chooseLanguage } from '../i18n/load.ts';
import { LANGUAGES, type Language, language, t } from '../i18n/texts.ts';
import { useAccount } from './account.ts';
import { Breadcrumbs, type Crumb, CrumbsContext } from './Breadcrumbs.tsx';
import { keepApiKey, useApiKey } from './key.ts';
import { local } from './local.ts';
import { activeEntry, NAVIGATION } from './navigation.ts';
import { Notifications } from './notifications.tsx';
import { HOME } from './pages.ts';
import { usePath } from './router.ts';
import { type ThemeChoice, useTheme } from './theme.ts';

const HEADER_ID = 'pregon-header';
const CONTENT_ID = 'pregon-content';

/** The frame around a page: header, navigation, breadcrumbs, messages, theme. */
export function Frame({ children }: { children: ReactNode }) {
  const path = usePath();
  const [crumbs, setCrumbs] = useState<readonly Crumb[]>([]);
  const [navigationOpen, setNavigationOpen] = useState(() => window.innerWidth > 1200);
  const content = useMemo(
    () => (
      <div id={CONTENT_ID} tabIndex={-1} className="pg-main">
        <CrumbsContext value={setCrumbs}>{children}</CrumbsContext>
      </div>
    ),
    [children],
  );
  return (
    <>
      <div id={HEADER_ID} className="pg-header">
        <SkipLink />
        <Header />
      </div>
      <AppLayoutToolbar
        headerSelector={`#${HEADER_ID}`}
        navigationOpen={navigationOpen}
        onNavigationChange={({ detail }) => setNavigationOpen(detail.open)}
        navigationWidth={240}
        navigation={
          <SideNavigation
            header={{ text: t.frame.console, href: HOME }}
            activeHref={activeEntry(path)}
            items={NAVIGATION}
            // On a phone the open navigation would cover the page.
            onFollow={() => window.innerWidth <= 688 && setNavigationOpen(false)}
          />
        }
        toolsHide
        breadcrumbs={<Breadcrumbs crumbs={crumbs} />}
        notifications={<Notifications />}
        content={content}
        maxContentWidth={Number.MAX_VALUE}
      />
    </>
  );
}

/** The first link of each page, visible while it has the focus. The address stays, because a fragment may be the page's own state. */
function SkipLink() {
  const skip = (event: MouseEvent) => {
    event.preventDefault();
    document.getElementById(CONTENT_ID)?.focus();
  };
  return (
    <a href={`#${CONTENT_ID}`} className="pg-skip" onClick={skip}>
      {t.frame.skip}
    </a>
  );
}

function Header() {
  const { dark, choice, choose } = useTheme();
  const account = useAccount();
  const hasEnteredKey = useApiKey() !== undefined && local === undefined;
  return (
    <TopNavigation
      identity={{ href: HOME, title: 'Pregón' }}
      i18nStrings={{
        overflowMenuTriggerText: t.frame.more,
        overflowMenuTitleText: t.frame.menu,
        overflowMenuBackIconAriaLabel: t.frame.menu,
        overflowMenuDismissIconAriaLabel: t.common.cancel,
      }}
      utilities={[
        ...account,
        ...(hasEnteredKey
          ? [
              {
                type: 'button' as const,
                iconName: 'lock-private' as const,
                text: t.frame.forgetKey,
                onClick: () => keepApiKey(undefined),
              },
            ]
          : []),
        {
          type: 'menu-dropdown',
          text: LANGUAGES[language],
          ariaLabel: t.frame.languageIs(LANGUAGES[language]),
          iconName: 'globe',
          items: checkItems(LANGUAGES, language),
          onItemClick: ({ detail }) => chooseLanguage(detail.id as Language),
        },
        {
          type: 'menu-dropdown',
          text: t.frame.theme,
          ariaLabel: t.frame.themeIs(t.frame.themes[choice]),
          iconSvg: dark ? <MoonIcon /> : <SunIcon />,
          items: checkItems(t.frame.themes, choice),
          onItemClick: ({ detail }) => choose(detail.id as ThemeChoice),
        },
      ]}
    />
  );
}

/** The items of a menu of which one is chosen. */
function checkItems(texts: Readonly<Record<string, string>>, chosen: string) {
  return Object.entries(texts).map(([id, text]) => ({
    id,
    text,
    itemType: 'checkbox' as const,
    checked: id === chosen,
  }));
}

function SunIcon() {
  return (
    <svg viewBox="0 0 16 16" focusable="false" aria-hidden="true">
      <circle cx="8" cy="8" r="3" />
      <path d="M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1" />
    </svg>
  );
}

function MoonIcon() {
  return (
    <svg viewBox="0 0 16 16" focusable="false" aria-hidden="true">
      <path d="M13.5 9.5A6 6 0 1 1 6.5 2.5a5 5 0 0 0 7 7Z" />
    </svg>
  );
}
