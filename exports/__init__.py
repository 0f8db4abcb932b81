"""What researchers take away: releases, COCO files, filtered test manifests."""
