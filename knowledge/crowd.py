"""How near each article lies to everything: some lie near to all, and would answer whatever is asked."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
import numpy.typing as npt

from knowledge.embedding import Vectors

CROWD_SIZE = 10
CROWD_SAMPLE = 2000
AT_ONCE = 1024
MOST_FOLLOWED = 64
"""So many changed articles are followed one by one; after more, all are compared anew."""
ROUNDING = 1e-5


class Crowd:
    """The mean nearness of each article to the questions of its ten nearest others.

    In a large library the others are a sample, chosen by their ids, and ten of all become as large a share of it, at least one.
    Made after another, only those are compared again whose nearest may have changed.
    """

    def __init__(
        self,
        ids: Sequence[str],
        meaning: Vectors,
        asked: Vectors,
        before: "Crowd | None" = None,
        taken: npt.NDArray[np.intp] | None = None,
    ) -> None:
        """`taken`: where each article stood in the one before, -1 where its words are new."""
        total = len(ids)
        self._every = 1 << (max(1, total // CROWD_SAMPLE).bit_length() - 1)
        self._size = min(max(1, CROWD_SIZE // self._every), total - 1)
        self._meaning, self._asked = meaning, asked
        self._is_sampled = np.array([crc32(one.encode()) % self._every == 0 for one in ids], bool)
        self._nearest, self._least = np.zeros(total), np.zeros(total)
        stale = np.ones(total, bool)
        if before is not None and taken is not None and (before._every, before._size) == (self._every, self._size):
            stale = self._follow(before, taken)
        self.compared = int(stale.sum())
        """How many were compared with all others for this."""
        if self._size > 0:
            self._compare(np.flatnonzero(stale))

    @property
    def nearness(self) -> npt.NDArray[np.float64]:
        """How much nearer than the average article each one lies."""
        nearness: npt.NDArray[np.float64] = self._nearest - self._nearest.mean()
        return nearness

    def _follow(self, before: "Crowd", taken: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
        """Take over what holds, and say for which it may hold no more: those to which a changed question is or was near."""
        is_new = taken < 0
        is_gone = np.ones(len(before._asked), bool)
        is_gone[taken[~is_new]] = False
        stale = is_new.copy()
        if is_new.sum() + is_gone.sum() > MOST_FOLLOWED:
            return np.ones(len(taken), bool)
        self._nearest[~is_new], self._least[~is_new] = before._nearest[taken[~is_new]], before._least[taken[~is_new]]
        changed = np.vstack([self._asked[is_new & self._is_sampled], before._asked[is_gone & before._is_sampled]])
        if len(changed):
            stale |= (self._meaning @ changed.T >= self._least[:, None] - ROUNDING).any(axis=1)
        return stale

    def _compare(self, places: npt.NDArray[np.intp]) -> None:
        sampled = np.flatnonzero(self._is_sampled)
        others = self._asked[sampled].T
        for first in range(0, len(places), AT_ONCE):
            here = places[first : first + AT_ONCE]
            near = self._meaning[here] @ others
            near[here[:, None] == sampled[None, :]] = -np.inf
            top = np.partition(near, -self._size, axis=1)[:, -self._size :]
            self._nearest[here], self._least[here] = top.mean(axis=1), top.min(axis=1)
