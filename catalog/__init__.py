"""What there is to annotate: data sets, taxa, images and their reference answers."""
