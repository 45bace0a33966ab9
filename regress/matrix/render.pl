# Writes README.md beside it from the rows.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use Matrix;

open my $fh, '>', "$FindBin::RealBin/README.md" or die $!;
print $fh Matrix::render();
close $fh or die $!;
