// The search page's scripts: htmx opens a record beside the list, "/" goes to the box, j and k walk through what was found.
import "htmx.org";
import { listenToKeys } from "../console/keys";
import { moveFocusAfterOpening } from "../console/places";

listenToKeys();
moveFocusAfterOpening();
