// The rest of the section `app`: what the screens say that are fetched later. Laid into the words of the first route, so
// that every screen reads them in one place; screens/later.tsx fetches this before any of them.

import { app } from '../../sync/messages.json?rest';
import { overlay, words } from './words';

overlay(words, app);
