# Instructions outside the guest, exit by exit (emulated machine)
# Makes histogram.svg and histogram.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,699 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,1398 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "histogram.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold Instructions outside the guest, exit by exit}" at screen 0.012, screen 0.9742 left
set label "{/*0.86 emulated machine · share of a reason's exits; instructions from exit to entry from left to right}" at screen 0.012, screen 0.9428 left
set label "EPT" at screen 0.024, screen 0.9113 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#0060a8" offset 0.9,-0.25
set label "shadow paging (unsync)" at screen 0.106, screen 0.9113 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
set multiplot
set lmargin at screen 0.085
set rmargin at screen 0.485
set tmargin at screen 0.8455
set bmargin at screen 0.6524
unset key
set border 1
set grid ytics noxtics
set xrange [6:19]
set yrange [0:100]
set xtics ("64" 6, "256" 8, "1K" 10, "4K" 12, "16K" 14, "64K" 16, "256K" 18) font ",11"
set ytics 50 format "%g%%" font ",11"
set label "page fault: shadow 17,633" at graph 0, graph 1 offset 0,1.0 left noenhanced font ",12"
plot "histogram-exception_nmi.tsv" using (column("bucket")):(0):(column("bucket")+0.50):(column("bucket")+0.94):(0):(column("shadow")) with boxxyerror fc rgb "#e08a00" fs solid 1.0 noborder notitle
set lmargin at screen 0.580
set rmargin at screen 0.980
set tmargin at screen 0.8455
set bmargin at screen 0.6524
unset label
unset key
set border 1
set grid ytics noxtics
set xrange [6:19]
set yrange [0:100]
set xtics ("64" 6, "256" 8, "1K" 10, "4K" 12, "16K" 14, "64K" 16, "256K" 18) font ",11"
set ytics 50 format "%g%%" font ",11"
set label "IO_INSTRUCTION: EPT 8,192, shadow 8,192" at graph 0, graph 1 offset 0,1.0 left noenhanced font ",12"
plot "histogram-io_instruction.tsv" using (column("bucket")):(0):(column("bucket")+0.06):(column("bucket")+0.50):(0):(column("EPT")) with boxxyerror fc rgb "#0060a8" fs solid 1.0 noborder notitle, \
  "histogram-io_instruction.tsv" using (column("bucket")):(0):(column("bucket")+0.50):(column("bucket")+0.94):(0):(column("shadow")) with boxxyerror fc rgb "#e08a00" fs solid 1.0 noborder notitle
set lmargin at screen 0.085
set rmargin at screen 0.485
set tmargin at screen 0.5522
set bmargin at screen 0.3591
unset label
unset key
set border 1
set grid ytics noxtics
set xrange [6:19]
set yrange [0:100]
set xtics ("64" 6, "256" 8, "1K" 10, "4K" 12, "16K" 14, "64K" 16, "256K" 18) font ",11"
set ytics 50 format "%g%%" font ",11"
set label "EPT_VIOLATION: EPT 9,953" at graph 0, graph 1 offset 0,1.0 left noenhanced font ",12"
plot "histogram-ept_violation.tsv" using (column("bucket")):(0):(column("bucket")+0.06):(column("bucket")+0.50):(0):(column("EPT")) with boxxyerror fc rgb "#0060a8" fs solid 1.0 noborder notitle
set lmargin at screen 0.580
set rmargin at screen 0.980
set tmargin at screen 0.5522
set bmargin at screen 0.3591
unset label
unset key
set border 1
set grid ytics noxtics
set xrange [6:19]
set yrange [0:100]
set xtics ("64" 6, "256" 8, "1K" 10, "4K" 12, "16K" 14, "64K" 16, "256K" 18) font ",11"
set ytics 50 format "%g%%" font ",11"
set label "VMCALL: EPT 4,096, shadow 4,096" at graph 0, graph 1 offset 0,1.0 left noenhanced font ",12"
plot "histogram-vmcall.tsv" using (column("bucket")):(0):(column("bucket")+0.06):(column("bucket")+0.50):(0):(column("EPT")) with boxxyerror fc rgb "#0060a8" fs solid 1.0 noborder notitle, \
  "histogram-vmcall.tsv" using (column("bucket")):(0):(column("bucket")+0.50):(column("bucket")+0.94):(0):(column("shadow")) with boxxyerror fc rgb "#e08a00" fs solid 1.0 noborder notitle
set lmargin at screen 0.085
set rmargin at screen 0.485
set tmargin at screen 0.2589
set bmargin at screen 0.0658
unset label
unset key
set border 1
set grid ytics noxtics
set xrange [6:19]
set yrange [0:100]
set xtics ("64" 6, "256" 8, "1K" 10, "4K" 12, "16K" 14, "64K" 16, "256K" 18) font ",11"
set ytics 50 format "%g%%" font ",11"
set label "INVLPG: shadow 6,816" at graph 0, graph 1 offset 0,1.0 left noenhanced font ",12"
plot "histogram-invlpg.tsv" using (column("bucket")):(0):(column("bucket")+0.50):(column("bucket")+0.94):(0):(column("shadow")) with boxxyerror fc rgb "#e08a00" fs solid 1.0 noborder notitle
set lmargin at screen 0.580
set rmargin at screen 0.980
set tmargin at screen 0.2589
set bmargin at screen 0.0658
unset label
unset key
set border 1
set grid ytics noxtics
set xrange [6:19]
set yrange [0:100]
set xtics ("64" 6, "256" 8, "1K" 10, "4K" 12, "16K" 14, "64K" 16, "256K" 18) font ",11"
set ytics 50 format "%g%%" font ",11"
set label "CR_ACCESS: shadow 2,584" at graph 0, graph 1 offset 0,1.0 left noenhanced font ",12"
plot "histogram-cr_access.tsv" using (column("bucket")):(0):(column("bucket")+0.50):(column("bucket")+0.94):(0):(column("shadow")) with boxxyerror fc rgb "#e08a00" fs solid 1.0 noborder notitle
unset multiplot
unset output
}
